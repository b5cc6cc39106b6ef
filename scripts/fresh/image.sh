# The proof `image`: what docker build and docker run do. Read by scripts/fresh-machine.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

declare -A environment_of=()
stage='' folder=/ account=0:0 volumes=() check_seconds='' check='' entry=() words=()

in_stage() { # COMMAND...: with the stage's environment
  local variables=()
  mapfile -t variables <<<"${environment_of[$stage]}"
  in_root "$roots/image-$stage" "$account" HOME=/root "${variables[@]}" "$@"
}

# The commands that scripts/fresh/dockerfile.py prints.
take_stage() {
  stage=$1 folder=/ account=0:0 volumes=() check='' entry=() words=()
  environment_of[$stage]=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  new_root "image-$stage"
  [[ $2 != *-slim ]] || rm -rf --one-file-system "$roots/image-$stage"/usr/share/{doc,info,locale,man}/*
  say "   FROM $2"
}
take_workdir() {
  folder=$1
  mkdir -p "$roots/image-$stage$folder"
  [[ $stage != build ]] || share_compiled "$roots/image-$stage" "$folder"
}
take_user() { account=$1; }
take_variable() { environment_of[$stage]+=$'\n'$1=$2; }
take_port() { say "   EXPOSE $1"; }
take_volume() {
  volumes+=("$1")
  mkdir -p "$roots/image-$stage$1"
}
take_healthcheck() { check_seconds=$1 check=$2; }
take_entrypoint() { entry=("$@"); }
take_arguments() { words=("$@"); }
take_copy() {
  local from=$roots/context target=$roots/image-$stage${*: -1} source
  [[ -z $1 ]] || from=$roots/image-$1
  say "   COPY ${*:2}"
  for source in "${@:2:$#-2}"; do
    if [[ -d $from/$source ]]; then
      mkdir -p "$target"
      tar --create --directory "$from/$source" . | tar --extract --no-same-owner --directory "$target"
    else
      [[ $target != */ ]] || mkdir -p "$target"
      install -D --mode="$(stat --format=%a "$from/$source")" "$from/$source" "$target$([[ $target != */ ]] || basename "$source")"
    fi
  done
}
take_run() {
  say "   RUN ${1:0:100}"
  in_stage sh -c 'cd "$1" && exec /bin/sh -c "$2"' sh "$folder" "$1" </dev/null >>"$log" 2>&1 || {
    tail -n 30 "$log" >&2
    fail "a step of the Dockerfile failed; the lines above are its last (the whole: $log)"
  }
}

# start_container OPTION...: as `docker run --read-only OPTION... IMAGE` would; the options are
# `--user UID:GID`, `--env NAME=VALUE` and `--tmpfs FOLDER`, which Docker mounts noexec, and one of
# ours, `--trace FILE`, which writes down its system calls.
start_container() {
  local here=$roots/container who=$account variables=() volume trace=()
  mapfile -t variables <<<"${environment_of[$stage]}"
  mkdir -p "$here"
  mount --bind "$roots/image-$stage" "$here"
  mount -o remount,bind,ro "$here"
  mount_devices "$here/dev"
  for volume in "${volumes[@]}"; do
    # What the image has there, with its owner and mode, is what a new volume begins with.
    rm -rf --one-file-system "$roots/volume$volume"
    mkdir -p "$(dirname "$roots/volume$volume")"
    cp --archive "$roots/image-$stage$volume" "$roots/volume$volume"
    mount --bind "$roots/volume$volume" "$here$volume"
  done
  while (($#)); do
    case $1 in
      --user) who=$2 ;;
      --env) variables+=("$2") ;;
      --trace) trace=(strace -f -qq -o "$2") ;;
      --tmpfs) mount -t tmpfs -o mode=1777,noexec,nosuid,nodev tmpfs "$here$2" ;;
    esac
    shift 2
  done
  # What every process of the container is started with: no root, no capability, none to be had.
  confined=(chroot "$here" setpriv --reuid "${who%:*}" --regid "${who#*:}" --clear-groups --no-new-privs
    --bounding-set=-all --inh-caps=-all env -i HOME=/ "${variables[@]}" sh -c 'cd "$0" && exec "$@"' "$folder")
  exec 3< <(exec </dev/null 2>&1 nsenter --net="$roots/network" \
    "${trace[@]}" unshare --pid --fork --kill-child --mount-proc="$here/proc" "${confined[@]}" "${entry[@]}" "${words[@]}")
  container=$!
  wait_until_it_listens "$log"
  say "   listening on $address"
}

in_container() { nsenter --net="$roots/network" "${confined[@]}" "$@"; }
is_healthy() { timeout "$check_seconds" nsenter --net="$roots/network" "${confined[@]}" sh -c "$check" >>"$log" 2>&1; }

end_container() {
  stop_it "$container" TERM "$log"
  if is_healthy; then fail 'the health check is content with a server that has ended'; fi
  [[ -z ${volumes[*]} || $(ls -A "$roots/volume${volumes[0]}") == patchbay.db ]] ||
    fail 'it left something else than its database in its data folder'
  umount --recursive "$roots/container"
}

prove_image() {
  local log=$cache/image.log plan line
  : >"$log"
  step "The Dockerfile's steps"
  plan=$("$root/scripts/fresh/dockerfile.py" steps) || fail 'the Dockerfile has what this script cannot follow'
  mkdir "$roots/context"
  "$root/scripts/fresh/dockerfile.py" context | copy_files "$roots/context"
  while IFS= read -r line; do
    eval "take_$line" </dev/null
  done <<<"$plan"
  [[ $account != 0:* ]] || fail 'the image runs as root'
  [[ ${#entry[@]} -gt 0 && -n $check ]] || fail 'the image has no ENTRYPOINT, or no HEALTHCHECK'

  touch "$roots/network"
  unshare --net="$roots/network" true
  # A new network has lo, and lo is down.
  nsenter --net="$roots/network" "$root/scripts/fresh/check.py" loopback-up

  # It listens on every address, and so it wants to know who asks.
  local bearer=a-key-of-this-proof-alone
  step "The container: user $account, read-only, no network but its own"
  start_container --env "API_KEY=$bearer"
  in_container sh -c '! touch /opt/x /tmp/x /x 2>/dev/null' || fail 'its file system can be written to'
  in_container sh -c 'touch "$1/x" && rm "$1/x"' sh "${volumes[0]}" || fail "${volumes[0]} cannot be written to"
  in_container id -u | grep -qx "${account%:*}" || fail 'it runs as somebody else'
  is_healthy || fail "the health check fails; see the end of $log"
  say '   healthy'
  ask_for_stream "127.0.0.1:${address##*:}" in_container
  [[ $(in_container curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' \
    "http://127.0.0.1:${address##*:}/v1/models") == 401 ]] || fail 'it answers who has no key'
  end_container

  step 'The same as any other user, with every provider on and a /tmp that nothing can be run from'
  start_container --user 4242:4242 --tmpfs /tmp --env OPENAI_API_KEY=unused --env OPENAI_BASE_URL=http://127.0.0.1:9/v1
  is_healthy || fail "the health check fails; see the end of $log"
  say '   healthy'
  end_container

  step 'The system calls that it makes, reloading included, against those of scripts/patchbay.service'
  start_container --trace "$cache/syscalls" --env "API_KEY=$bearer"
  is_healthy || fail "the health check fails; see the end of $log"
  ask_for_stream "127.0.0.1:${address##*:}" in_container
  kill -HUP "$(server_in "$container")"
  end_container
  grep -q '"event":"reloaded"' "$log" || fail "SIGHUP did not make it reload; see the end of $log"
  "$root/scripts/fresh/syscalls.py" "$root/scripts/patchbay.service" "$cache/syscalls" \
    "/opt/patchbay/bin/${entry[0]}" || fail 'under systemd it could not do what it does'
}
