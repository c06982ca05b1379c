#!/usr/bin/env python3
"""zone_data.py ZONEINFO VERSION NAMES OUTPUT: the time zones as a small table of C++.

ZONEINFO is a folder of compiled zones (RFC 9636), as Debian's tzdata has it; NAMES is zone_names.h, whose order is that
of the table. Python's own zoneinfo reads the rules; what is written is what they come to: when each zone's offset
changes, from one year to another. Zones that change at the same moments by the same amount share one calendar, so
that Lisbon, Berlin and Athens differ in one byte.
"""

import re
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 2026, 2050
UNIT = timedelta(minutes=15)  # of moments and of offsets: all of them are whole quarters of an hour
LONGEST_WAIT = 0xFFFF
STRIDE = timedelta(days=5)  # no law has lasted for less

start = datetime(FIRST_YEAR, 1, 1, tzinfo=timezone.utc)
end = datetime(LAST_YEAR + 1, 1, 1, tzinfo=timezone.utc)


def listed_names(header):
    for area, texts in re.findall(r'\{"(\w*)",((?:\s*"[^"]*")+)\}', header):
        for name in "".join(re.findall(r'"([^"]*)"', texts)).split():
            yield f"{area}/{name}" if area else name


def units(length, what):
    count, rest = divmod(length, UNIT)
    if rest:
        raise SystemExit(f"{what} is no whole number of quarter hours: {length}")
    return count


def changes_of(path):
    """The offset at the start, and every change: (moment, by how much)."""
    with path.open("rb") as file:
        zone = ZoneInfo.from_file(file)

    def offset_at(moment):
        return moment.astimezone(zone).utcoffset()

    first = offset = offset_at(start)
    changes = []
    at = start
    while at < end:
        following = min(at + STRIDE, end)
        if offset_at(following) != offset:
            before, after = at, following
            while after - before > timedelta(minutes=1):
                middle = before + (after - before) // timedelta(minutes=2) * timedelta(minutes=1)
                if offset_at(middle) == offset:
                    before = middle
                else:
                    after = middle
            changes.append((after, offset_at(after) - offset))
            offset = offset_at(after)
            at = after
        else:
            at = following
    return first, changes


def calendar_of(changes, name):
    waits, last = [], start
    for moment, shift in changes:
        wait = units(moment - last, f"{name}, {moment}")
        while wait > LONGEST_WAIT:
            waits.append((LONGEST_WAIT, 0))
            wait -= LONGEST_WAIT
        waits.append((wait, units(shift, f"{name}, {moment}")))
        last = moment
    return tuple(waits)


def main(zoneinfo, version, names_header, output):
    folder = Path(zoneinfo)
    names = list(listed_names(Path(names_header).read_text()))
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise SystemExit(f"{names_header} lists what tzdata {version} does not have: {' '.join(missing)}")
    there = {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.open("rb").read(4) == b"TZif"
    }
    unlisted = sorted(
        name for name in there - set(names)
        if not name.startswith(("right/", "posix/")) and name not in ("Factory", "localtime", "posixrules")
    )
    if unlisted:
        raise SystemExit(f"{names_header} does not list: {' '.join(unlisted)}")

    calendars, zones, by_content, zone_of_name = {}, {}, {}, []
    for name in names:
        content = (folder / name).read_bytes()
        if content not in by_content:
            first, changes = changes_of(folder / name)
            calendar = calendars.setdefault(calendar_of(changes, name), len(calendars))
            by_content[content] = zones.setdefault((units(first, name), calendar), len(zones))
        zone_of_name.append(by_content[content])
    if len(zones) > 256 or len(calendars) > 256:
        raise SystemExit("too many different zones for one byte")

    waits = [wait for calendar in calendars for wait in calendar]
    starts = [0]
    for calendar in calendars:
        starts.append(starts[-1] + len(calendar))

    def array(kind, name, values):
        return f"inline constexpr {kind} {name}[] = {{{','.join(values)}}};\n"

    text = (
        f"// What tzdata {version} says of {FIRST_YEAR} to {LAST_YEAR}, as cmake/zone_data.py reads it.\n"
        "#pragma once\n\n#include <cstdint>\n\n"
        "namespace isthmus::peerloop::zone_data {\n\n"
        f'inline constexpr char version[] = "{version}";\n'
        f"inline constexpr std::int64_t start_ms = {int(start.timestamp()) * 1000};\n"
        f"inline constexpr std::int64_t end_ms = {int(end.timestamp()) * 1000};\n"
        f"inline constexpr std::int64_t unit_ms = {int(UNIT.total_seconds()) * 1000};\n"
        "struct Zone {\n  std::int8_t first_offset;\n  std::uint8_t calendar;\n};\n"
        + array("std::uint8_t", "zone_of_name", map(str, zone_of_name))
        + array("Zone", "zones", (f"{{{offset},{calendar}}}" for offset, calendar in zones))
        + array("std::uint16_t", "calendar_starts", map(str, starts))
        + array("std::uint16_t", "waits", (str(wait) for wait, _ in waits))
        + array("std::int8_t", "shifts", (str(shift) for _, shift in waits))
        + "\n}  // namespace isthmus::peerloop::zone_data\n"
    )
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    Path(output).write_text(text)


main(*sys.argv[1:])
