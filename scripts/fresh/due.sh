# Whether the proofs have something new to prove. Read by scripts/fresh-machine.
# shellcheck shell=bash disable=SC2154

# What decides how it is installed, built and packed. The sources themselves have the other tests.
proved_files=(
  scripts/setup scripts/run scripts/fresh-machine scripts/fresh scripts/patchbay.service
  Dockerfile .dockerignore web
  CMakeLists.txt CMakePresets.json cmake
  ':(glob)core/**/CMakeLists.txt' ':(glob)plugins/**/CMakeLists.txt'
)
# How far back a clone looks that has nothing but its branch: further than one submission reaches.
window_hours=12

# The commit that the tree is compared with; empty if there is none to be found.
compared_with() {
  local main newest
  if [[ -n ${PATCHBAY_SINCE:-} ]]; then
    git -C "$root" rev-parse --verify --quiet "$PATCHBAY_SINCE^{commit}" ||
      fail "PATCHBAY_SINCE names $PATCHBAY_SINCE, which is no commit here"
    return
  fi
  # Where this is a branch of something, what the branch has added.
  main=$(git -C "$root" merge-base HEAD origin/main 2>/dev/null || true)
  if [[ -n $main && $main != $(git -C "$root" rev-parse HEAD) ]]; then
    say "$main"
    return
  fi
  newest=$(git -C "$root" log -1 --format=%ct 2>/dev/null || true)
  [[ -z $newest ]] || git -C "$root" rev-list -1 --first-parent --before=$((newest - window_hours * 3600)) HEAD
}

# A name for what these files hold now.
proved_key() {
  git -C "$root" ls-files -co --exclude-standard -- "${proved_files[@]}" | sort |
    while IFS= read -r file; do
      [[ ! -f $root/$file ]] || (cd "$root" && sha256sum "$file")
    done | sha256sum | cut -d' ' -f1
}

# Says why the proofs are due, and is true, or says why they are not. In doubt they are.
is_due() {
  local base changed
  if [[ -f $cache/proved && $(<"$cache/proved") == "$(proved_key)" ]]; then
    say 'not due: these very files were proved here already'
    return 1
  fi
  base=$(compared_with) || exit 1
  if [[ -z $base ]]; then
    say 'due: there is no earlier commit to compare with'
    return 0
  fi
  changed=$({
    git -C "$root" diff --name-only "$base" -- "${proved_files[@]}"
    git -C "$root" ls-files -o --exclude-standard -- "${proved_files[@]}"
  } | sort -u | paste -sd' ')
  if [[ -n $changed ]]; then
    say "due: changed since ${base:0:12}: $changed"
    return 0
  fi
  say "not due: nothing that it proves has changed since ${base:0:12}"
  return 1
}
