# shellcheck shell=bash
# Which files the formatters and checkers look at: what git tracks or would track, so that no build output slips in.

project_files() { # pathspec…
  git -C "$isthmus_root" ls-files -z --cached --others --exclude-standard --deduplicate -- "$@" |
    while IFS= read -r -d '' file; do [ -f "$isthmus_root/$file" ] && printf '%s\0' "$file"; done
}
cpp_files() { project_files '*.cpp' '*.h' '*.c'; }
# Test data is kept byte for byte, so of JSON only what configures the project is formatted.
js_files() { project_files '*.js' '*.mjs' '*.ts' ':(glob)*.json' ':!package-lock.json'; }
