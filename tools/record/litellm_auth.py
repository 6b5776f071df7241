"""Loaded by the LiteLLM proxy while recording: custom_auth, and a tap on the spend-log writer.

``user_api_key_auth`` gives each recording key the identity a database-backed virtual key would have.
``spend_tap`` is LiteLLM's own cost-tracking logger (it builds the LiteLLM_SpendLogs row); only the last step,
the insert through Prisma, is replaced by appending the row to the file named in SPEND_TAP_FILE.
"""

from __future__ import annotations

import os
from datetime import datetime

import conversation as conv
from fastapi import Request
from litellm.litellm_core_utils.safe_json_dumps import safe_dumps
from litellm.proxy._types import UserAPIKeyAuth, hash_token
from litellm.proxy.db.db_spend_update_writer import DBSpendUpdateWriter
from litellm.proxy.hooks.proxy_track_cost_callback import ProxyDBLogger


async def user_api_key_auth(request: Request, api_key: str) -> UserAPIKeyAuth:
    for name, account in conv.ACCOUNTS.items():
        if account["key"] == api_key:
            return UserAPIKeyAuth(
                api_key=hash_token(api_key),
                key_alias=account["alias"],
                user_id=name,
                user_email=account["email"],
                team_id=account["team"],
                team_alias=account["team"] + "-alias",
                org_id=account["org"],
                metadata={"plan": "trial" if name == "acct-gamma" else "paid"},
            )
    raise ValueError("unknown key")


async def tap(self, payload, prisma_client=None, **kwargs):
    row = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in payload.items()}
    with open(os.environ["SPEND_TAP_FILE"], "a", encoding="utf-8") as out:
        out.write(safe_dumps(row) + "\n")
    return prisma_client


DBSpendUpdateWriter._insert_spend_log_to_db = tap
spend_tap = ProxyDBLogger()
