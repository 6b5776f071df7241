"""``python -m counterveil``."""

from counterveil.cli.main import run

if __name__ == "__main__":
    run()
