"""The settings of one workspace: defaults, then ``counterveil.toml``, then ``COUNTERVEIL_*``, then the command line.

There are no module globals: ``load`` builds one frozen :class:`Settings` that is passed down. ``origins`` tells for each
value where it came from (``counterveil config show --origin``).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from counterveil.errors import SettingsError

ENV_PREFIX = "COUNTERVEIL_"
FILE_NAME = "counterveil.toml"
_MIB = 1024 * 1024


class Settings(BaseModel):
    """What an operator may choose. The rules of evidence are not among them (DESIGN.md §3)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Annotated[Path, Field(description="Workspace folder: tables, state and rejects live here.")]
    workers: Annotated[
        int,
        Field(ge=1, le=256, description="Processes that parse and observe; default: the CPUs this process may use."),
    ]
    batch_bytes: Annotated[
        int, Field(ge=64 * 1024, le=256 * _MIB, description="Input bytes handled as one unit of work.")
    ] = 8 * _MIB
    max_line_bytes: Annotated[
        int, Field(ge=1024, le=1024 * _MIB, description="Longer lines are rejected, not loaded.")
    ] = 64 * _MIB
    memory_limit_mib: Annotated[int, Field(ge=128, description="Limit given to the analytical engine.")] = 2048
    fanout_min_end_users: Annotated[
        int,
        Field(
            ge=2, description="An account with at least this many end users is scored per end user (it fronts many)."
        ),
    ] = 5
    read_budget_texts: Annotated[
        int,
        Field(
            ge=0,
            description="Texts that the first encoder may read beyond those of linked groups, the most promising subjects first.",
        ),
    ] = 60_000
    max_read_share: Annotated[
        float,
        Field(ge=0, le=1, description="Largest share of the user texts that may be encoded beyond linked groups."),
    ] = 1.0
    second_budget_texts: Annotated[
        int,
        Field(
            ge=0,
            description="Texts for the slow second encoder: half for languages that the first does not know, the rest "
            "(and what is left) for a second look at members of groups and at accounts that may be operators'.",
        ),
    ] = 8_000
    second_texts_per_subject: Annotated[
        int, Field(ge=1, description="Texts of one subject that the slow second encoder reads, out of the same sample.")
    ] = 16
    first_encoder: Annotated[
        Literal["use", "none"],
        Field(description="The quick encoder that looks at everything; `none`: only the second."),
    ] = "use"
    second_encoder: Annotated[
        Literal["e5", "endpoint", "onnx", "none"],
        Field(
            description="The careful encoder: the one in the package, an OpenAI-compatible endpoint, a local ONNX model; "
            "`none`: languages that the first does not know are not read."
        ),
    ] = "e5"
    encoder_model: Annotated[str, Field(description="The endpoint's model name, or the ONNX model's folder.")] = ""
    encoder_url: Annotated[str, Field(description="Base URL of the embeddings endpoint; texts are sent there.")] = ""
    encoder_key_env: Annotated[
        str, Field(description="Name of the environment variable that holds the endpoint's key.")
    ] = "OPENAI_API_KEY"
    judge: Annotated[
        Literal["none", "endpoint"],
        Field(
            description="Who reads the few that cross the trigger: nobody, or a chat model at an OpenAI-compatible endpoint. "
            "Masked texts are sent there."
        ),
    ] = "none"
    judge_url: Annotated[str, Field(description="Base URL of the judge's chat endpoint, ending in `/v1` mostly.")] = ""
    judge_model: Annotated[str, Field(description="Name of the judge's model at that endpoint.")] = ""
    judge_key_env: Annotated[
        str, Field(description="Name of the environment variable that holds the judge endpoint's key.")
    ] = "OPENAI_API_KEY"
    judge_max_items: Annotated[
        int, Field(ge=0, description="Operations and lone subjects that one run may have read by the judge.")
    ] = 200
    judge_budget_tokens: Annotated[
        int, Field(ge=0, description="Tokens, in and out, that one run of the judge may use.")
    ] = 2_000_000
    judge_budget_usd: Annotated[
        float, Field(ge=0, description="Money that one run of the judge may cost; counts where a price is set.")
    ] = 10.0
    judge_budget_hours: Annotated[float, Field(ge=0, description="Wall hours that one run of the judge may take.")] = (
        2.0
    )
    judge_usd_per_mtok_in: Annotated[
        float, Field(ge=0, description="Price of a million tokens sent to the judge; 0: not priced (own machine).")
    ] = 0.0
    judge_usd_per_mtok_out: Annotated[
        float, Field(ge=0, description="Price of a million tokens that the judge writes.")
    ] = 0.0
    judge_requests_per_minute: Annotated[
        int, Field(ge=1, description="Requests a minute that the judge's endpoint is sent at most.")
    ] = 60
    judge_tokens_per_minute: Annotated[
        int, Field(ge=1, description="Tokens a minute, in and out, that the judge's endpoint is given at most.")
    ] = 200_000
    judge_timeout_s: Annotated[
        float, Field(gt=0, description="Seconds to wait for one answer of the judge before it is asked again.")
    ] = 120.0
    judge_retries: Annotated[
        int,
        Field(ge=0, le=20, description="How often a request is sent again after 429, 5xx or no answer, ever later."),
    ] = 4
    judge_max_answer_tokens: Annotated[
        int,
        Field(
            ge=200,
            description="Tokens that one answer of the judge may have; a model that thinks aloud first needs several thousand.",
        ),
    ] = 2_000
    judge_max_chars: Annotated[
        int, Field(ge=500, description="Characters of evidence in one package for the judge (about three a token).")
    ] = 9_000
    trained: Annotated[
        Path | None,
        Field(description="Folder of learned weights from `counterveil lab train`; default: those in the package."),
    ] = None
    max_read_texts_per_subject: Annotated[
        int, Field(ge=1, description="Texts read of one subject; a fixed sample where it has more.")
    ] = 60
    prevalence: Annotated[
        float,
        Field(
            gt=0,
            lt=1,
            description="Share of accounts thought to be malicious: the prior of lone accounts. Default chosen by us: one in about ninety.",
        ),
    ] = 0.011
    max_observed_chars: Annotated[
        int,
        Field(
            ge=256, description="Characters of one text that detectors read (half from its start, half from its end)."
        ),
    ] = 20_000


def usable_cpus() -> int:
    """CPUs this process may run on (containers and taskset respected where the system tells)."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def default_home() -> Path:
    """``./.counterveil`` if that folder exists, else the user's data folder."""
    local = Path(".counterveil")
    return local if local.is_dir() else user_data_path("counterveil", appauthor=False)


def load(
    overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None
) -> tuple[Settings, dict[str, str]]:
    """Settings and, for each of them, its origin.

    Raises:
        SettingsError: an unknown key or a value out of range, with file or variable, key and what is allowed.
    """
    env = os.environ if environ is None else environ
    values: dict[str, Any] = {"home": default_home(), "workers": usable_cpus()}
    origins = dict.fromkeys(Settings.model_fields, "default")

    def put(layer: Mapping[str, Any], origin: str) -> None:
        for key, value in layer.items():
            values[key] = value
            origins[key] = origin

    given = {k: v for k, v in (overrides or {}).items() if v is not None}
    from_env = {key[len(ENV_PREFIX) :].lower(): value for key, value in env.items() if key.startswith(ENV_PREFIX)}
    home = Path(given.get("home") or from_env.get("home") or values["home"])
    for path in (Path(FILE_NAME), home / FILE_NAME):
        if path.is_file():
            put(_read_file(path), str(path))
    put(from_env, "environment")
    put(given, "command line")
    try:
        return Settings(**values), origins
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(p) for p in first["loc"]) or "?"
        raise SettingsError(
            f"{origins.get(key, 'settings')}: {key}: {first['msg']} (got {first.get('input')!r})",
            remedy=f"Allowed keys: {', '.join(sorted(Settings.model_fields))}.",
        ) from error


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}", remedy="Correct the line that is named.") from error
