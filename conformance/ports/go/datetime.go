package main

// Dates and moments of section 5.3 of SPEC.md.

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	dateForm     = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	dateTimeForm = regexp.MustCompile(
		`^([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,6})?` +
			`(?:Z|([+-])([0-9]{2}):([0-9]{2}))$`)
)

func coerceDate(text string) any {
	if !dateForm.MatchString(text) {
		refuse("coerce.lexical")
	}
	dayOf(text)
	return text
}

// dayOf is the day, refused if the calendar has none such.
func dayOf(text string) time.Time {
	day, err := time.Parse("2006-01-02", text)
	if err != nil || day.Year() < 1 {
		refuse("coerce.range")
	}
	return day
}

func coerceDateTime(text string) any {
	found := dateTimeForm.FindStringSubmatch(text)
	if found == nil {
		refuse("coerce.lexical")
	}
	moment := dayOf(found[1]).Add(clock(found[2], found[3], found[4]))
	offset := clock(found[7], found[8], "")
	if found[6] == "+" {
		offset = -offset
	}
	moment = moment.Add(offset)
	if moment.Year() < 1 || moment.Year() > 9999 {
		refuse("coerce.range")
	}
	fraction := strings.TrimRight(strings.TrimRight(found[5], "0"), ".")
	return moment.Format("2006-01-02T15:04:05") + fraction + "Z"
}

func clock(hour, minute, second string) time.Duration {
	return part(hour, 23, time.Hour) + part(minute, 59, time.Minute) + part(second, 59, time.Second)
}

func part(digits string, most int, unit time.Duration) time.Duration {
	value, _ := strconv.Atoi(digits)
	if value > most {
		refuse("coerce.range")
	}
	return time.Duration(value) * unit
}
