# The bare system, roots made of it, and commands that run in them. Read by scripts/fresh-machine.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

# Debian 12's archives as this machine's apt knows them: "URI SUITE", one a line; often three.
archives() {
  apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' \
    2>/dev/null | grep -E ' bookworm(-updates|-security)?$' | sort -u || true
}

# Makes build/fresh/base.tar, which every root starts from, unless it is there.
make_base() {
  [[ -f $cache/base.tar ]] && return 0
  step 'A bare Debian 12'
  local mirror base=$roots/base
  mirror=$(archives | sed -n 's/ bookworm$//p' | head -n 1)
  mkdir -p "$base"
  # shellcheck disable=SC2086
  debootstrap --variant=minbase bookworm "$base" $mirror >"$cache/debootstrap.log" 2>&1 || {
    tail -n 5 "$cache/debootstrap.log" >&2
    fail "debootstrap could not make a bare system; the lines above say why (the whole: $cache/debootstrap.log)." \
      'Is the network there?'
  }
  [[ -z $mirror ]] || archives | sed 's/^/deb /; s/$/ main/' >"$base/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::(https?|ftp|Check-[A-Za-z-]+|Retries)[: ]' \
    >"$base/etc/apt/apt.conf.d/99fresh-machine" || true
  # No service is started by its package, here as in a container.
  printf '#!/bin/sh\nexit 101\n' >"$base/usr/sbin/policy-rc.d"
  chmod 755 "$base/usr/sbin/policy-rc.d"
  rm -f "$base"/var/cache/apt/archives/*.deb
  tar --create --numeric-owner --directory "$base" --file "$cache/base.tar.part" .
  mv "$cache/base.tar.part" "$cache/base.tar"
  rm -rf --one-file-system "$base"
}

mount_devices() { # FOLDER: a /dev with what every program may expect, and nothing of the machine
  mount -t tmpfs -o mode=755,nosuid tmpfs "$1"
  local name major minor
  while read -r name major minor; do
    mknod -m 666 "$1/$name" c "$major" "$minor"
  done <<<$'null 1 3\nzero 1 5\nfull 1 7\nrandom 1 8\nurandom 1 9\ntty 5 0'
  ln -s /proc/self/fd "$1/fd"
  ln -s fd/0 "$1/stdin"
  ln -s fd/1 "$1/stdout"
  ln -s fd/2 "$1/stderr"
  mkdir -m 755 "$1/pts"
  mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$1/pts"
  ln -s pts/ptmx "$1/ptmx"
  mkdir -m 1777 "$1/shm"
  mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$1/shm"
}

new_root() { # NAME: a bare machine in $roots/NAME; packages that were fetched once are kept
  local new=$roots/$1
  mkdir -p "$new" "$cache/packages/partial"
  tar --extract --numeric-owner --directory "$new" --file "$cache/base.tar"
  mount -t proc proc "$new/proc"
  mount_devices "$new/dev"
  mount --bind "$cache/packages" "$new/var/cache/apt/archives"
  cp --dereference /etc/resolv.conf /etc/hosts "$new/etc/"
  # npm's packages come from where this machine's npm gets them, and by whose word it trusts.
  local setting value
  for setting in registry cafile; do
    value=$(npm config get "$setting" 2>/dev/null || true)
    case $value in
      '' | null | undefined) ;;
      /*) cp --dereference "$value" "$new/etc/npm-$setting" && say "$setting=/etc/npm-$setting" ;;
      *) say "$setting=$value" ;;
    esac
  done >"$new/etc/npmrc"
  mkdir -p "$new/usr/etc" && ln -s ../../etc/npmrc "$new/usr/etc/npmrc" # where npm looks that is not Debian's
  printf '127.0.1.1 %s\n' "$(hostname)" >>"$new/etc/hosts"
}

# Objects that the very same compiler has made of the very same sources need not be made again in each
# root: the proofs are about what a bare system lacks, and a header that is missing is missed all the
# same. What this machine has compiled is there to begin with.
share_compiled() { # ROOT SOURCES: where the tree is in that root
  if [[ ! -d $cache/compiled ]]; then
    take_compiled
    rm -f "$cache/compiled/ccache.conf"
    find "$cache/compiled" -type d -exec chmod 1777 {} +
    find "$cache/compiled" -type f -name stats -exec sh -c 'cp "$1" "$1.own" && mv "$1.own" "$1" && chmod 666 "$1"' sh {} \;
  fi
  mkdir -p "$1/var/cache/compiled"
  mount --bind "$cache/compiled" "$1/var/cache/compiled"
  printf '%s\n' 'cache_dir = /var/cache/compiled' 'temporary_dir = /tmp' 'umask = 000' 'hash_dir = false' \
    'compiler_check = content' 'sloppiness = locale' "base_dir = $2" >"$1/etc/ccache.conf"
}

# Linked where that can be, copied where not. Other builds may be at work: what goes while it is taken is
# not missed.
take_compiled() {
  local own
  own=$(ccache --get-config cache_dir 2>/dev/null || true)
  mkdir -p "$cache/compiled"
  [[ -d $own ]] || return 0
  cp --archive --link --no-clobber "$own/." "$cache/compiled/" 2>/dev/null ||
    cp --archive --no-clobber "$own/." "$cache/compiled/" 2>/dev/null || true
}

in_root() { # ROOT UID:GID [NAME=VALUE...] COMMAND...: with that environment and no other
  local where=$1 who=$2
  shift 2
  chroot "$where" setpriv --reuid "${who%:*}" --regid "${who#*:}" --clear-groups env -i "$@"
}

copy_files() { # FOLDER: of the tree those that standard input names, each ended by a NUL
  tar --create --directory "$root" --null --files-from - | tar --extract --no-same-owner --directory "$1"
}
