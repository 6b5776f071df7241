"""What reads a workspace: the encoders and heads that its settings name, checked to fit each other."""

from __future__ import annotations

from counterveil.encoders.base import EncoderChoice
from counterveil.encoders.chosen import encoders
from counterveil.errors import SettingsError
from counterveil.ids import digest_hex
from counterveil.observe.heads import Heads, columns, heads_in, heads_version
from counterveil.observe.trained import ACCOUNT, SEGMENTS, trained
from counterveil.policy.account import AccountPolicy, load_account
from counterveil.settings import Settings


def encoder_choice(settings: Settings) -> EncoderChoice:
    """The encoders of the settings, as plain values."""
    return EncoderChoice(
        first=settings.first_encoder,
        second=settings.second_encoder,
        model=settings.encoder_model,
        url=settings.encoder_url,
        key_env=settings.encoder_key_env,
    )


def second_place(settings: Settings) -> int | None:
    """Place of the second encoder where there is a first one too; None where there is nothing to look at twice."""
    return 1 if settings.first_encoder != "none" and settings.second_encoder != "none" else None


def heads_of(settings: Settings) -> dict[str, Heads]:
    """The heads of the settings by vector space.

    Raises:
        SettingsError: the folder holds none, or not the rest of a training.
    """
    folder = trained(settings.trained)
    found = heads_in(folder) if folder.is_dir() else {}
    lacking = [name for name in (SEGMENTS, ACCOUNT) if not (folder / name).is_file()]
    if not found or lacking:
        raise SettingsError(
            f"trained = {settings.trained}: no {', '.join(lacking if found else ['heads_*.npz', *lacking])} there",
            remedy="Name a folder that `counterveil lab train --out` wrote, or leave the setting out.",
        )
    return found


def check_fit(settings: Settings) -> None:
    """Every encoder of the settings has heads for its space.

    Raises:
        SettingsError: names the space that has none and what to do.
    """
    known = heads_of(settings)
    for encoder in encoders(encoder_choice(settings)):
        if encoder.space not in known:
            raise SettingsError(
                f"no heads for the vector space {encoder.space} (there are: {', '.join(sorted(known))})",
                remedy="Train them: counterveil lab train --out FOLDER, then set trained = FOLDER.",
            )


def readings_version(settings: Settings) -> str:
    """The version under which readings are stored: heads, and which encoder has which place."""
    spaces = [encoder.space for encoder in encoders(encoder_choice(settings))]
    return digest_hex(b"", heads_version(heads_of(settings)), *spaces)[:12]


def reading_columns(settings: Settings) -> tuple[str, ...]:
    """The columns of readings."""
    return columns(heads_of(settings))


def account_policy(settings: Settings) -> AccountPolicy:
    """The weights of the account score that belong to the heads."""
    return load_account(trained(settings.trained) / ACCOUNT)
