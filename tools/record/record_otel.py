"""Records OpenTelemetry GenAI spans and log events as OTLP JSON, one export request a line.

    recenv/bin/python tools/record/record_otel.py                      # current, nocontent, traceloop
    recenv/legacy/bin/python tools/record/record_otel.py v130 legacy   # older packages, see README.md

Each mode runs in its own process, because the conventions are chosen by environment variables at import.
The application around the calls is this script: an HTTP-server-like parent span carries the caller's identity.
"""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys

import conversation as conv
from common import Receiver, call, client_for, expect, otlp_json, write_lines
from fake_openai import FakeOpenAI

MODES = {
    # mode: (environment, instrumentation distribution, output for spans, output for log events)
    "current": (
        {
            "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_AND_EVENT",
            "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT": "true",
        },
        "opentelemetry-instrumentation-openai-v2",
        "otel_genai.jsonl",
        "otel_genai_events.jsonl",
    ),
    "nocontent": ({}, "opentelemetry-instrumentation-openai-v2", "otel_genai_nocontent.jsonl", None),
    "v130": (
        {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"},  # openai-v2 2.1b0, legacy environment
        "opentelemetry-instrumentation-openai-v2",
        "otel_genai_v130.jsonl",
        "otel_genai_v130_events.jsonl",
    ),
    "traceloop": (
        {"TRACELOOP_TRACE_CONTENT": "true"},
        "opentelemetry-instrumentation-openai",
        "otel_genai_traceloop.jsonl",
        None,
    ),
    "legacy": (
        {"TRACELOOP_TRACE_CONTENT": "true"},
        "opentelemetry-instrumentation-openai",
        "otel_genai_legacy.jsonl",
        None,
    ),
}

# Turns that the instrumentation itself loses, so no parser can find them: file -> what is missing.
LOST: dict[str, dict] = {
    "otel_genai.jsonl": {"input": {"conv-parts": "parts is an empty list"}},
    "otel_genai_events.jsonl": {"input": {"conv-parts": "parts is an empty list"}},
    "otel_genai_legacy.jsonl": {"output": {"conv-filtered": "the text is replaced by FILTERED"}},
}


def child(mode: str, sink: str, api: str) -> None:
    from opentelemetry import baggage, context, trace
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    class Identity(SpanProcessor):
        """What opentelemetry-processor-baggage does: copies baggage to the attributes of each span."""

        def on_start(self, span, parent_context=None):
            for key, value in baggage.get_all(parent_context).items():
                span.set_attribute(key, value)

    resource = Resource(
        {"service.name": "kitchen-chat", "service.version": "1.4.0", "deployment.environment.name": "test"}
    )
    tracers = TracerProvider(resource=resource)
    tracers.add_span_processor(Identity())
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{sink}/v1/traces")))
    loggers = LoggerProvider(resource=resource)
    loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(f"{sink}/v1/logs")))
    trace.set_tracer_provider(tracers)
    if MODES[mode][1].endswith("v2"):
        from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

        providers = {"tracer_provider": tracers, "logger_provider": loggers}
        if mode == "v130":  # this older version takes an event logger
            from opentelemetry.sdk._events import EventLoggerProvider

            providers["event_logger_provider"] = EventLoggerProvider(loggers)
        OpenAIInstrumentor().instrument(**providers)
    else:
        from opentelemetry.instrumentation.openai import OpenAIInstrumentor

        # The default upload_base64_image is not awaitable: a data: image would make the span lose all its prompts.
        OpenAIInstrumentor(upload_base64_image=None).instrument(tracer_provider=tracers, logger_provider=loggers)
    tracer = trace.get_tracer("kitchen.app", "1.4.0")
    clients = {n: client_for(api, a) for n, a in conv.ACCOUNTS.items()}

    def send(c: dict, body: dict) -> dict:
        account = conv.ACCOUNTS[c["account"]]
        web = {
            "http.request.method": "POST",
            "url.path": "/chat",
            "http.response.status_code": 200,
            "client.address": account["ip"],
            "user_agent.original": account["agent"] or "Mozilla/5.0 (kitchen-web)",
        }
        token = None
        if c["account"] == "acct-alpha":  # identity on every span, by baggage
            ctx = context.get_current()
            for key, value in {
                "user.id": c["account"],
                "enduser.id": c["end_user"],
                "session.id": c["id"],
                "gen_ai.conversation.id": c["id"],
            }.items():
                ctx = baggage.set_baggage(key, value, ctx)
            token = context.attach(ctx)
        elif c["account"] == "acct-beta":  # identity on the parent span only
            web |= {"user.id": c["account"], "enduser.pseudo.id": c["end_user"], "session.id": c["id"]}
        else:  # older names, on the parent span; end user as a hash
            web |= {
                "enduser.id": c["account"],
                "user.hash": conv.safety_hash(c["end_user"]),
                "gen_ai.conversation.id": c["id"],
            }
        try:
            with tracer.start_as_current_span("POST /chat", kind=trace.SpanKind.SERVER, attributes=web):
                try:
                    return call(clients[c["account"]], body)
                finally:
                    if c["account"] == "acct-beta":
                        tracers.force_flush()  # the child leaves in an earlier request than its parent
        finally:
            if token:
                context.detach(token)

    def one(c: dict) -> None:
        conv.play(c, send)
        tracers.force_flush()
        loggers.force_flush()

    for c in conv.CONVERSATIONS:
        one(c)
    try:
        one(conv.FAILURE)
    except Exception as exc:  # whatever this version of the client raises
        print("failure as expected:", type(exc).__name__)
    tracers.shutdown()
    loggers.shutdown()


def record(mode: str) -> None:
    env, package, spans_to, logs_to = MODES[mode]
    with FakeOpenAI() as fake, Receiver() as sink:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("OTEL_", "TRACELOOP_"))}
        subprocess.run(
            [sys.executable, __file__, "child", mode, sink.url, fake.url],
            check=True,
            env={**clean, **env, "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        traces = [otlp_json(raw, "traces") for path, _, raw in sink.got if path == "/v1/traces"]
        logs = [otlp_json(raw, "logs") for path, _, raw in sink.got if path == "/v1/logs"]
    print(mode, package, importlib.metadata.version(package))
    every = conv.CONVERSATIONS + [conv.FAILURE]
    full = {
        **conv.expected(every),
        "new_output_turns": conv.expected()["new_output_turns"],
        "end_user_ids": conv.end_user_ids(every, "otel"),
    }
    both = conv.without_content(full) if mode in ("nocontent", "v130") else full
    write_lines(spans_to, traces)
    spans = [s for r in traces for g in r["resourceSpans"] for x in g["scopeSpans"] for s in x["spans"]]
    note = "every call has two spans: SERVER (kind 2, identity) and the GenAI CLIENT span (kind 3)"
    expect(
        spans_to,
        both,
        failed_events=1,
        spans=len(spans),
        lines=len(traces),
        content={"nocontent": "none", "v130": "in log events"}.get(mode, "on spans"),
        lost=LOST.get(spans_to),
        note=note,
    )
    if logs_to and logs:
        write_lines(logs_to, logs)
        records = [s for r in logs for g in r["resourceLogs"] for x in g["scopeLogs"] for s in x["logRecords"]]
        expect(
            logs_to,
            full,
            failed_events=1,
            log_records=len(records),
            lines=len(logs),
            lost=LOST.get(logs_to),
            note="no identity on the records but the trace and span ids: join with " + spans_to,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(*sys.argv[2:])
    else:
        for name in sys.argv[1:] or ("current", "nocontent", "traceloop"):
            record(name)
