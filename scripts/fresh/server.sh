# What both proofs ask of a server. Read by scripts/fresh-machine.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

answer_seconds=60
stop_seconds=35 # the server ends by itself after 30 at the latest

# Reads a server's output from descriptor 3 until it listens; leaves its address in $address. What
# else it says goes to LOG, and on.
wait_until_it_listens() { # LOG
  local line
  address=
  while IFS= read -r -t 1800 line <&3; do
    printf '%s\n' "$line" >>"$1"
    if [[ $line == *'"event":"listening"'* ]]; then
      address=$(sed -nE 's/.*"address":"([^"]+)".*/\1/p' <<<"$line")
      cat <&3 >>"$1" &
      return 0
    fi
    # What is said by setup and run, less nearly every file that is compiled.
    [[ $line == '{'* || -z $line || ($line == '['* && $line != '['*[05]0/*) ]] || say "   $line"
  done
  tail -n 40 "$1" >&2
  fail 'it ended, or said nothing for half an hour, before it listened; the lines above are its last'
}

ask_for_stream() { # ADDRESS COMMAND...: asks by COMMAND, which runs curl where the server is, with the key $bearer if set
  local where=$1
  shift
  "$@" curl --no-buffer --silent --show-error --include --max-time "$answer_seconds" --noproxy '*' \
    -H 'Content-Type: application/json' ${bearer:+-H "Authorization: Bearer $bearer"} \
    "http://$where/v1/chat/completions" \
    -d '{"model": "gpt-4o-mini", "stream": true, "messages": [{"role": "user", "content": "Hello"}]}' |
    "$root/scripts/fresh/check.py" streamed || fail 'no streamed answer came'
}

# Sends SIGNAL to the server below CHILD, a child of this shell, and asks for an end with code 0.
stop_it() { # CHILD SIGNAL LOG
  local code=0
  kill "-$2" "$(server_in "$1")"
  timeout "$stop_seconds" tail --pid="$1" -f /dev/null ||
    fail "SIG$2 did not end it within $stop_seconds s"
  wait "$1" || code=$?
  [[ $code == 0 ]] || {
    tail -n 20 "$3" >&2
    fail "SIG$2 ended it with code $code; the lines above are its last"
  }
  say "   SIG$2 ended it with code 0"
}

# The server itself, below what put it into its root: the last in a line of only children.
server_in() { # PID
  local pid=$1 child
  while child=$(grep -lsE "^PPid:[[:space:]]$pid\$" /proc/[0-9]*/status | head -n 1) && [[ -n $child ]]; do
    child=${child#/proc/} pid=${child%/status}
  done
  say "$pid"
}
