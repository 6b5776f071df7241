"""Puts spend rows through a real PostgreSQL with LiteLLM's own migrations, and reads them back as a dump would.

Prisma's engine can't be downloaded offline, so the migrations (SQL files shipped in litellm-proxy-extras) are run
with psql in a private cluster, and the insert is made with json_populate_record; the rows come back as row_to_json.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

JSON_COLUMNS = ("metadata", "request_tags", "messages", "response", "proxy_server_request")


def through_postgres(rows: list[dict]) -> list[str]:
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not bins:
        print("no PostgreSQL here: litellm_spendlogs.jsonl not written")
        return []
    user = pwd.getpwnam("postgres")
    folder = Path(tempfile.mkdtemp(prefix="spendpg", dir="/tmp"))
    os.chown(folder, user.pw_uid, user.pw_gid)

    def pg(*command: str, stdin: str | None = None) -> str:
        env = {"PATH": f"{bins[-1]}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PGHOST": str(folder), "PGUSER": "postgres"}
        done = subprocess.run(
            command,
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
            env=env,
            cwd=folder,
            user=user.pw_uid if os.getuid() == 0 else None,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr[-1500:]}")
        return done.stdout

    try:
        pg("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "--no-sync")
        pg(
            "pg_ctl",
            "-D",
            str(folder / "data"),
            "-w",
            "-l",
            str(folder / "log"),
            "-o",
            f"-c listen_addresses='' -k {folder}",
            "start",
        )
        root = Path(importlib.util.find_spec("litellm_proxy_extras").origin).parent / "migrations"
        failed = []
        for migration in sorted(root.glob("*/migration.sql")):
            try:
                pg("psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres", stdin=migration.read_text())
            except RuntimeError as exc:
                failed.append((migration.parent.name, str(exc)[-200:]))
        print("migrations run:", len(list(root.glob("*/migration.sql"))), "failed:", failed)
        script = ["SET timezone = 'UTC';"]
        for row in rows:
            # As Prisma stores it: a Json column gets the JSON that the string holds, a DateTime column UTC time.
            ready = {k: json.loads(v) if k in JSON_COLUMNS and isinstance(v, str) else v for k, v in row.items()}
            ready.pop("request_duration_ms") if ready.get("request_duration_ms") is None else None
            columns = ", ".join(f'"{k}"' for k in ready)
            literal = "$row$" + json.dumps(ready, ensure_ascii=False) + "$row$"
            script.append(
                f'INSERT INTO "LiteLLM_SpendLogs" ({columns}) SELECT {columns} FROM '
                f'json_populate_record(NULL::"LiteLLM_SpendLogs", {literal}::json);'
            )
        pg("psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres", stdin="\n".join(script))
        return pg(
            "psql",
            "-At",
            "-d",
            "postgres",
            "-c",
            'SELECT row_to_json(t) FROM "LiteLLM_SpendLogs" t ORDER BY "startTime"',
        ).splitlines()
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            pg("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
