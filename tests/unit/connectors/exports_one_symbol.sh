#!/bin/sh
# exports_one_symbol.sh CONNECTOR.so: passes when tributary_connector_v1 is all that it exports.
set -eu
found=$(nm -D --defined-only "$1" | awk '{print $3}')
if [ "$found" != "tributary_connector_v1" ]; then
    echo "$1 exports: $found" >&2
    exit 1
fi
