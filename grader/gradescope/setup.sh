#!/usr/bin/env bash
# Installs what grading needs. Gradescope runs this once, as root, when it builds the image;
# grading itself needs no network and no compiler.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
source=$root/source

find_python() {
    local version
    for version in 3.13 3.12 3.11; do
        if "python$version" -c 'import ensurepip, venv' 2> /dev/null; then
            command -v "python$version"
            return
        fi
    done
    return 1
}

install_python() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # Ubuntu 22.04 calls 3.10 python3 and has 3.11 beside it; from 24.04 on python3 will do.
    apt-get install -qq -y --no-install-recommends python3.11 python3.11-venv ||
        apt-get install -qq -y --no-install-recommends python3 python3-venv
}

if ! python=$(find_python); then
    install_python
    python=$(find_python)
fi

options=(--quiet --disable-pip-version-check --requirement "$source/requirements.txt")
if [ -d "$source/wheels" ]; then
    options+=(--no-index --find-links "$source/wheels")
fi
"$python" -m venv --clear "$root/venv"
"$root/venv/bin/python" -m pip install "${options[@]}"
packages=$("$root/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$source/library" > "$packages/grade.pth"

# The image may be built on another kernel than it runs on, so that this is only a first look.
"$root/venv/bin/python" -I -m grader doctor || true
