# shellcheck shell=bash
# The time zones that are compiled in: Debian's, which turns IANA's rules into RFC 9636 files. They change several times
# a year, and their place in the cache is their own, so that a new edition does not bring a new toolchain with it.

time_zones_version='2026*'
time_zones=$isthmus_cache/time-zones-$(digest <"$isthmus_root/scripts/lib/time-zones.sh")

# make_time_zones FOLDER: zoneinfo/, and in `version` which edition it is.
make_time_zones() {
  local folder=$1 item version
  mkdir -p "$folder/debs"
  open_suite "$folder/apt"
  # The second package has the old spellings, which browsers keep reporting.
  for item in tzdata tzdata-legacy; do
    expect_suite_version "$item" "$time_zones_version" >>"$folder/versions.txt"
    version=$(suite_candidate "$item")
    (cd "$folder/debs" && suite_apt get download "$item")
  done
  for item in "$folder"/debs/*.deb; do dpkg-deb -x "$item" "$folder/files"; done
  mv "$folder/files/usr/share/zoneinfo" "$folder/zoneinfo"
  upstream_version "$version" >"$folder/version"
  rm -rf "$folder/debs" "$folder/apt" "$folder/files"
}
