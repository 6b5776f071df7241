#!/bin/sh
# Runs every recorder. Environments: see tests/recordings/README.md. Usage: tools/record/run_all.sh [recenv]
set -e
env=${1:-recenv}
here=$(dirname "$0")
export PYTHONDONTWRITEBYTECODE=1
"$env/openai/bin/python" "$here/record_openai.py"
"$env/bin/python" "$here/record_litellm.py"
"$env/bin/python" "$here/record_otel.py" current nocontent traceloop
"$env/legacy/bin/python" "$here/record_otel.py" v130 legacy
"$env/bin/python" "$here/record_langfuse.py"
python3 "$here/check.py"
