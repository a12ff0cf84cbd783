#!/bin/sh
# Build every feed with Hugo: sh build.sh ARTICLES_DIR OUT_DIR
# $HUGO names the binary (default: hugo).
set -eu
site=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
articles=$(CDPATH='' cd -- "$1" && pwd)
mkdir -p "$2"
out=$(CDPATH='' cd -- "$2" && pwd)
mounts=$(mktemp --suffix=.yaml)
trap 'rm -f "$mounts"' EXIT
cat >"$mounts" <<END
module:
  mounts:
    - source: layouts
      target: layouts
    - source: "$articles"
      target: content/all
END
"${HUGO:-hugo}" --source "$site" --config "$site/hugo.yaml,$mounts" \
  --destination "$out" --noBuildLock --quiet
