"""The analytical engine and its files: immutable Parquet, read through DuckDB."""
