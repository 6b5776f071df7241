"""Records LiteLLM: StandardLoggingPayload as its generic_api callback POSTs it, and LiteLLM_SpendLogs rows.

A real proxy (``litellm --config``) on the loopback forwards to fake_openai; the real ``openai`` package is its
client. Run twice: with store_prompts_in_spend_logs off and on.

    recenv/bin/python tools/record/record_litellm.py
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import conversation as conv
import spend_postgres
from common import Receiver, call, client_for, expect, versions, write_lines
from fake_openai import FakeOpenAI
from openai import APIStatusError

HERE = Path(__file__).resolve().parent
SESSION = {"acct-alpha": "header", "acct-beta": "metadata", "acct-gamma": None}  # how the client names a session

CONFIG = """
model_list:
  - model_name: gpt-4o-mini
    litellm_params: {{model: openai/gpt-4o-mini, api_base: "{api}", api_key: fake-upstream-key}}
  - model_name: {missing}
    litellm_params: {{model: openai/{missing}, api_base: "{api}", api_key: fake-upstream-key}}
litellm_settings:
  callbacks: [gen_ndjson, gen_array, litellm_auth.spend_tap]
  num_retries: 0
router_settings: {{num_retries: 0, disable_cooldowns: true}}
callback_settings:
  gen_ndjson: {{callback_type: generic_api, endpoint: "{sink}/ndjson", headers: {{}}, log_format: ndjson}}
  gen_array: {{callback_type: generic_api, endpoint: "{sink}/array", headers: {{}}, log_format: json_array}}
general_settings:
  custom_auth: litellm_auth.user_api_key_auth
  use_x_forwarded_for: true
  store_prompts_in_spend_logs: {store}
"""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(store: bool) -> tuple[list[tuple[str, dict, bytes]], list[dict]]:
    """One proxy, all conversations; returns what the receiver got and the spend rows."""
    with tempfile.TemporaryDirectory() as folder, FakeOpenAI(first=100 * store) as fake, Receiver() as sink:
        work = Path(folder)
        for name in ("litellm_auth.py", "conversation.py", "fake_openai.py"):
            shutil.copy(HERE / name, work)
        (work / "config.yaml").write_text(
            CONFIG.format(api=fake.url, sink=sink.url, missing=conv.MISSING_MODEL, store=str(store).lower())
        )
        port = free_port()
        env = {k: v for k, v in os.environ.items() if "LITELLM" not in k and k != "DATABASE_URL"}
        env |= {
            "SPEND_TAP_FILE": str(work / "spend.jsonl"),
            "DEFAULT_FLUSH_INTERVAL_SECONDS": "12",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "PYTHONPATH": str(work),
            "NO_PROXY": "127.0.0.1",
            "LITELLM_MODE": "PRODUCTION",
            "LITELLM_MASTER_KEY": "sk-" + secrets.token_hex(32),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        log = open(work / "proxy.log", "wb")
        proxy = subprocess.Popen(
            [
                str(Path(sys.executable).parent / "litellm"),
                "--config",
                "config.yaml",
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
            ],
            cwd=work,
            env=env,
            stdout=log,
            stderr=log,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(240):
                try:
                    urllib.request.urlopen(url + "/health/liveliness", timeout=2)
                    break
                except OSError:
                    time.sleep(0.5)
                    if proxy.poll() is not None:
                        raise RuntimeError((work / "proxy.log").read_text()[-3000:]) from None
            clients = {n: client_for(url + "/v1", a) for n, a in conv.ACCOUNTS.items()}

            def send(c: dict, body: dict) -> dict:
                extra: dict = {}
                if SESSION[c["account"]] == "header":
                    extra["extra_headers"] = {"x-litellm-session-id": c["id"]}
                elif SESSION[c["account"]] == "metadata":
                    body["metadata"]["session_id"] = c["id"]
                if c["account"] == "acct-alpha":
                    body["metadata"]["tags"] = ["kitchen", "prod"]
                time.sleep(0.05)
                return call(clients[c["account"]], body, **extra)

            conv.play_all(send)
            try:
                conv.play(conv.FAILURE, send)
            except APIStatusError as exc:
                print("failure as expected:", exc.status_code)
            want = conv.expected()["events"] + 1
            for _ in range(120):
                rows = (work / "spend.jsonl").read_text().splitlines() if (work / "spend.jsonl").exists() else []
                if {"/ndjson", "/array"} <= {p for p, _, _ in sink.got} and len(rows) >= want:
                    break
                time.sleep(0.5)
            time.sleep(13)  # one more flush, for stragglers
        finally:
            proxy.terminate()
            proxy.wait(30)
            log.close()
            if os.environ.get("KEEP_LOG"):
                shutil.copy(work / "proxy.log", os.environ["KEEP_LOG"])
        return list(sink.got), [json.loads(x) for x in (work / "spend.jsonl").read_text().splitlines()]


def trim_map(row: dict) -> dict:
    """Spend rows only: cut the price-map entry (7 kB of mostly nulls in every row) to a few keys, for size."""
    metadata = json.loads(row["metadata"])
    value = (metadata.get("model_map_information") or {}).get("model_map_value")
    if value:
        keep = ("key", "max_tokens", "input_cost_per_token", "output_cost_per_token", "litellm_provider", "mode")
        metadata["model_map_information"]["model_map_value"] = {k: value.get(k) for k in keep}
    return dict(row, metadata=json.dumps(metadata, ensure_ascii=False))


def text_of(got, path: str) -> list[str]:
    return [raw.decode() for p, _, raw in got if p == path]


def main() -> None:
    print(versions("litellm", "openai"))
    both = conv.expected(conv.CONVERSATIONS + [conv.FAILURE])
    ids = conv.end_user_ids(conv.CONVERSATIONS + [conv.FAILURE], "field")
    counts = {**both, "end_user_ids": ids, "new_output_turns": conv.expected()["new_output_turns"]}
    got, bare = run(store=False)
    for path in ("/ndjson", "/array"):
        print(path, [(h["content-type"], len(raw)) for p, h, raw in got if p == path])
    ndjson = "\n".join(text_of(got, "/ndjson"))
    write_lines("litellm_payload.ndjson", ndjson.split("\n"))
    posts = text_of(got, "/array")
    array = posts[0] if len(posts) == 1 else json.dumps([x for p in posts for x in json.loads(p)])
    write_lines("litellm_payload.json", [array])
    note = "sessions: acct-alpha by header, acct-beta by metadata.session_id, acct-gamma none (a random id a call)"
    for name in ("litellm_payload.ndjson", "litellm_payload.json"):
        expect(name, counts, failed_events=1, note=note)
    _, full = run(store=True)
    bare, full = [trim_map(r) for r in bare], [trim_map(r) for r in full]
    write_lines("litellm_spendlogs_payload.jsonl", full)
    expect("litellm_spendlogs_payload.jsonl", counts, failed_events=1, note=note)
    rows = spend_postgres.through_postgres(bare + full)
    if rows:
        write_lines("litellm_spendlogs.jsonl", rows)
        expect(
            "litellm_spendlogs.jsonl",
            counts,
            rows=len(rows),
            failed_events=1,
            with_bodies={**counts, "request_ids": [r["request_id"] for r in full]},
            without_bodies={**conv.without_content(counts), "request_ids": [r["request_id"] for r in bare]},
            note="two runs of the same conversations, first without bodies, then with; the counts of the top "
            "level are the second run's, so the file has twice that many events. " + note,
        )


if __name__ == "__main__":
    main()
