# What Deploy/run and Deploy/test share. Sourced, not run; sets nothing but functions.
# shellcheck shell=bash

# say TEXT…: one line about what goes on.
say() { printf '== %s\n' "$*"; }

# complain TEXT…: one line about what went wrong.
complain() { printf 'error: %s\n' "$*" >&2; }

# missing_packages NAME…: prints those of the Debian packages that are not installed.
missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q '^install ok installed$' || printf '%s\n' "$name"
    done
}

# as_root COMMAND…: runs it as root, through sudo for a plain user; fails where there is no way.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif ! command -v sudo >/dev/null; then
        return 1
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# install_packages NAME…: installs what is missing; where that can't be done, says the line to run.
install_packages() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "no apt here: install what these Debian packages hold by yourself: $*"
        return 0
    fi
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "installing packages (1 to 4 minutes): ${missing[*]}"
    if as_root apt-get -q update </dev/null &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -q -y --no-install-recommends install "${missing[@]}" </dev/null
    then
        return 0
    fi
    complain "could not install packages. Run this as root, then start again:"
    printf '    apt-get update && apt-get install --no-install-recommends %s\n' "${missing[*]}" >&2
    return 1
}

# find_swift: finds the Swift compiler, or says where to get it.
find_swift() {
    command -v swift >/dev/null && return 0
    local folder
    for folder in /opt/swift/usr/bin /usr/libexec/swift/bin "${HOME:-/nonexistent}/.local/share/swiftly/bin"; do
        if [ -x "$folder/swift" ]; then
            PATH="$folder:$PATH"
            return 0
        fi
    done
    complain "Swift 6.3 was not found. Get it from https://www.swift.org/install/linux/ (Debian 12),"
    complain "put its usr/bin folder into PATH, and start again."
    return 1
}

# settle_home FOLDER: gives tools a home that can be written to, FOLDER, where there is none.
settle_home() {
    [ -n "${HOME:-}" ] && [ -d "$HOME" ] && [ -w "$HOME" ] && return 0
    mkdir -p "$1"
    export HOME=$1
}

# What building needs. g++ and binutils are there for linking, git for the Swift packages.
# shellcheck disable=SC2034
build_packages=(binutils ca-certificates g++ git libc6-dev libssl-dev libuv1-dev pkg-config zlib1g-dev)

# build_release ROOT: builds the program with the Swift library inside, as ROOT/.build/release/diemcau.
build_release() {
    swift build --package-path "$1" --scratch-path "$1/.build" -c release --product diemcau --static-swift-stdlib \
        </dev/null
}
