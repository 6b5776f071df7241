"""A sentence-transformers model of one's own: found, read, named by its bytes, and refused with a reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from counterveil.encoders import onnx
from counterveil.encoders.onnx import OnnxEncoder
from counterveil.errors import UsageError
from tests.encoders.make import N_HIDDEN, onnx_folder


def test_mean_of_the_tokens(tmp_path: Path) -> None:
    """Words with the same letters lie at the same place in a model that only averages its tokens."""
    encoder = OnnxEncoder(str(onnx_folder(tmp_path / "m")))
    assert encoder.dimensions == N_HIDDEN
    vectors = encoder.encode(["listen", "silent", "other"])
    assert vectors[0] == pytest.approx(vectors[1], abs=1e-6)
    assert vectors[0] @ vectors[2] < 0.99


def test_a_model_that_pools_itself(tmp_path: Path) -> None:
    by_us = OnnxEncoder(str(onnx_folder(tmp_path / "a")))
    by_model = OnnxEncoder(str(onnx_folder(tmp_path / "b", pooled=True)))
    texts = ["one text", "", "另一个"]
    assert by_model.encode(texts) == pytest.approx(by_us.encode(texts), abs=1e-6)


def test_token_types_are_given_where_they_are_wanted(tmp_path: Path) -> None:
    names = ("input_ids", "attention_mask", "token_type_ids")
    assert OnnxEncoder(str(onnx_folder(tmp_path / "m", inputs=names))).encode(["a"]).any()


def test_long_texts_are_cut_by_tokens(tmp_path: Path) -> None:
    encoder = OnnxEncoder(str(onnx_folder(tmp_path / "m")))
    assert np.array_equal(encoder.encode(["a" * 384 + "b" * 10]), encoder.encode(["a" * 384]))


def test_the_space_is_named_by_the_model_file(tmp_path: Path) -> None:
    folder = onnx_folder(tmp_path / "m")
    before = OnnxEncoder(str(folder)).space
    assert before.startswith("onnx/m/")
    assert OnnxEncoder(str(folder)).space == before
    onnx_folder(folder, seed=2)
    assert OnnxEncoder(str(folder)).space != before


def test_optimum_puts_the_model_one_folder_deeper(tmp_path: Path) -> None:
    folder = onnx_folder(tmp_path / "m")
    flat = OnnxEncoder(str(folder))
    (folder / "onnx").mkdir()
    (folder / "model.onnx").rename(folder / "onnx" / "model.onnx")
    deeper = OnnxEncoder(str(folder))
    assert deeper.space == flat.space
    assert np.array_equal(deeper.encode(["a text"]), flat.encode(["a text"]))


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json"])
def test_missing_files(tmp_path: Path, missing: str) -> None:
    folder = onnx_folder(tmp_path / "m")
    (folder / missing).unlink()
    with pytest.raises(UsageError, match="no model"):
        OnnxEncoder(str(folder))


@pytest.mark.parametrize("name", ["", "/nowhere/at/all"])
def test_no_folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        OnnxEncoder(name)
    assert "folder" in caught.value.remedy


@pytest.mark.parametrize("damaged", ["model.onnx", "tokenizer.json"])
def test_damaged_files(tmp_path: Path, damaged: str) -> None:
    folder = onnx_folder(tmp_path / "m")
    (folder / damaged).write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    with pytest.raises(UsageError) as caught:
        OnnxEncoder(str(folder))
    assert "Git LFS" in caught.value.remedy


def test_a_model_that_wants_something_else(tmp_path: Path) -> None:
    folder = onnx_folder(tmp_path / "m", inputs=("input_ids", "pixel_values"))
    with pytest.raises(UsageError) as caught:
        OnnxEncoder(str(folder))
    assert "pixel_values" in caught.value.message


@pytest.mark.parametrize("library", ["onnxruntime", "Tokenizer"])
def test_the_libraries_must_be_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setattr(onnx, library, None)
    with pytest.raises(UsageError) as caught:
        OnnxEncoder(str(tmp_path))
    assert "counterveil[onnx]" in caught.value.remedy
