"""Tells the holidays that the package `holidays` has, as shared/domain/tests/data/holidays.json keeps them.

    python3 -m venv /tmp/holidays && /tmp/holidays/bin/pip install -r shared/domain/tests/holidays/packages.txt
    /tmp/holidays/bin/python shared/domain/tests/holidays/tell.py > shared/domain/tests/data/holidays.json
"""

import json

from holidays import OPTIONAL, PUBLIC, country_holidays

YEARS = range(2024, 2041)
SETS = {
    "BR": ("BR", PUBLIC, "pt_BR"),
    "BR-optional": ("BR", OPTIONAL, "pt_BR"),
    "US": ("US", PUBLIC, "en_US"),
}

told = {}
for name, (country, category, language) in SETS.items():
    days = country_holidays(country, years=YEARS, categories=category, language=language)
    # The eve of the year after the last belongs to a year that was not asked for.
    told[name] = {str(day): days[day] for day in sorted(days) if day.year in YEARS}
print(json.dumps(told, ensure_ascii=False, indent=1))
