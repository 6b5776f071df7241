"""Lines sorted on disk, so that a log larger than memory comes out in order."""

from __future__ import annotations

from operator import itemgetter
from pathlib import Path

_LIMIT = 32 * 1024 * 1024


class Spool:
    """Lines put into numbered buckets as they come; each bucket is sorted when the whole is written.

    Memory holds ``limit`` bytes of pending lines, and at the end one bucket.
    """

    def __init__(self, folder: Path, name: str, limit: int = _LIMIT) -> None:
        self._folder = folder
        self._name = name
        self._limit = limit
        # Bytes are copied together: the serialiser's own objects hold ten times what they show.
        self._pending: dict[int, bytearray] = {}
        self._size = 0

    def add(self, bucket: int, line: bytes) -> None:
        """One line without its line end; a bucket's lines all come before the next bucket's."""
        buffer = self._pending.get(bucket)
        if buffer is None:
            buffer = self._pending[bucket] = bytearray()
        buffer += line
        buffer += b"\n"
        self._size += len(line)
        if self._size > self._limit:
            self._flush()

    def write(self, target: Path, key: slice, *, head: bytes = b"") -> None:
        """``head``, then all lines in order of the bytes at ``key``, ties in order of the whole line."""
        part = target.with_name(target.name + ".part")
        buckets = set(self._pending) | {int(path.suffix[1:]) for path in self._folder.glob(f"{self._name}.*")}
        with part.open("wb") as out:
            out.write(head)
            for bucket in sorted(buckets):
                data = bytes(self._pending.pop(bucket, b""))
                path = self._path(bucket)
                if path.exists():
                    data = path.read_bytes() + data
                    path.unlink()
                lines = data.split(b"\n")[:-1]
                lines.sort()
                lines.sort(key=itemgetter(key))
                out.write(b"\n".join(lines) + b"\n")
        part.replace(target)

    def _path(self, bucket: int) -> Path:
        return self._folder / f"{self._name}.{bucket}"

    def _flush(self) -> None:
        for bucket, buffer in self._pending.items():
            with self._path(bucket).open("ab") as out:
                out.write(buffer)
        self._pending.clear()
        self._size = 0
