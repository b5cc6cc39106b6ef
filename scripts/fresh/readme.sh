# The proof `readme`: what a new user does. Read by scripts/fresh-machine.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

user=newcomer
default_address=127.0.0.1:8080

# The first line of the README's first block of commands, and its first block with curl in it.
first_command() { sed -n '/^```sh$/,/^```$/p' "$root/README.md" | sed -n 2p; }
curl_block() {
  awk '/^```sh$/ { inside = 1; text = ""; next }
       /^```$/ { if (inside && text ~ /curl/) { printf "%s", text; exit } inside = 0 }
       inside { text = text $0 "\n" }' "$root/README.md"
}

as_newcomer() { # COMMAND: in the user's copy of the tree
  in_root "$roots/readme" 1000:1000 PATH=/usr/local/bin:/usr/bin:/bin "HOME=/home/$user" USER=$user \
    LANG=C.UTF-8 ${port:+PORT=$port} bash -c "cd ~/patchbay && $1"
}

prove_readme() {
  local command curl here=$roots/readme log=$cache/readme.log port=''
  command=$(first_command)
  curl=$(curl_block)
  [[ $command == scripts/* && -n $curl ]] || fail 'README.md has no first command, or no line with curl'

  step 'A new user, without sudo'
  new_root readme
  share_compiled "$here" "/home/$user/patchbay"
  in_root "$here" 0:0 PATH=/usr/sbin:/usr/bin useradd --create-home --shell /bin/bash --uid 1000 $user
  mkdir "$here/home/$user/patchbay"
  "$root/scripts/fresh/dockerfile.py" tree | copy_files "$here/home/$user/patchbay"
  chown -R 1000:1000 "$here/home/$user"
  if as_newcomer "$command" >"$log" 2>&1; then
    fail "without packages and without sudo, it should not have come through: $command"
  fi
  if ! grep -A 1 'there is no sudo here. As root, run:' "$log" | grep -qE '^ +apt-get update && apt-get install '; then
    tail -n 20 "$log" >&2
    fail 'without sudo it does not say what root has to run; the lines above are what it says'
  fi
  say '   is told what root has to run'

  step "The README's first command: ${command%%  *}"
  # What a machine has that a person uses: curl to ask, and sudo.
  in_root "$here" 0:0 PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -c \
    'apt-get update -q && apt-get install -y -q --no-install-recommends sudo curl' >"$log" 2>&1 || {
    tail -n 5 "$log" >&2
    fail 'apt-get could not install sudo and curl; the lines above say why. Is the network there?'
  }
  printf '%s ALL=(ALL) NOPASSWD: ALL\n' $user >"$here/etc/sudoers.d/$user"
  # Somebody else's server may have the default port of this machine, which this root shares.
  port=$("$root/scripts/fresh/check.py" free-port "${default_address##*:}")
  if [[ $port == "${default_address##*:}" ]]; then
    port=''
  else
    say "   (port ${default_address##*:} is taken on this machine, so PORT=$port)"
  fi
  exec 3< <(exec 2>&1; as_newcomer "exec $command")
  local server=$!
  wait_until_it_listens "$log"
  say "   listening on $address"
  say "   the README's curl line:"
  as_newcomer "${curl//$default_address/$address}" 2>>"$log" |
    "$root/scripts/fresh/check.py" whole || fail "the README's curl line got no answer"
  say '   the same, streamed:'
  ask_for_stream "$address" in_root "$here" 1000:1000 PATH=/usr/bin:/bin
  stop_it "$server" INT "$log"
}
