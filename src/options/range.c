/* SPDX-License-Identifier: MIT */
#include "options/range.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const range_keys[] = {
	[CHECK_IPV4_BPS] = "ipv4-bps",       [CHECK_IPV6_BPS] = "ipv6-bps",
	[CHECK_IPV4_PPS] = "ipv4-pps",       [CHECK_IPV6_PPS] = "ipv6-pps",
	[CHECK_REFUSED] = "refused-percent", [CHECK_NOT_ROUTED] = "not-routed-pps",
	[CHECK_DROP] = "drop-pps",
};

/* Parse a number at *text, and move *text after it. */
static bool take_number(const char **text, double *number)
{
	size_t length = strspn(*text, "-0123456789.");
	char digits[64], *end;

	if (!length || length >= sizeof(digits))
		return false;
	memcpy(digits, *text, length);
	digits[length] = '\0';
	*number = strtod(digits, &end);
	if (end == digits || *end)
		return false;
	*text += length;
	switch (**text) {
	case 'G':
		*number *= 1000; /* fall through */
	case 'M':
		*number *= 1000; /* fall through */
	case 'k':
		*number *= 1000;
		++*text;
	}
	return true;
}

static bool parse(struct range *r, const char *text)
{
	*r = (struct range){.set = true, .min = 0, .max = INFINITY};
	if (*text == '@') {
		r->inside = true;
		text++;
	}
	if (*text == '~') {
		r->min = -INFINITY;
		if (*++text != ':')
			return false;
	} else if (!take_number(&text, &r->max)) {
		return false;
	} else if (*text == ':') {
		r->min = r->max;
		r->max = INFINITY;
	}
	if (*text == ':' && *++text && !take_number(&text, &r->max))
		return false;
	return !*text && r->min <= r->max;
}

int range_set(struct range ranges[CHECK_KEYS], const char *name, const char *text, struct why *why)
{
	size_t length = strcspn(text, "=");
	char list[128] = "";

	for (int key = 0; key < CHECK_KEYS; key++) {
		struct range range;

		strcat(strcat(list, key ? ", " : ""), range_keys[key]);
		if (strlen(range_keys[key]) != length || memcmp(range_keys[key], text, length) != 0)
			continue;
		if (!text[length] || !parse(&range, text + length + 1))
			return why_set(
				why, -EINVAL,
				"%s '%.60s': want %s=RANGE, as in 10, 10:, ~:10, 10:20, @10:20",
				name, text, range_keys[key]);
		ranges[key] = range;
		return 0;
	}
	return why_set(why, -EINVAL, "%s '%.60s': want one of %s", name, text, list);
}

bool range_alerts(const struct range *r, double value)
{
	bool within = value >= r->min && value <= r->max;

	return r->set && within == r->inside;
}

/* Plain decimals, as the performance data of plugins require. */
static void print_number(FILE *f, double number)
{
	fprintf(f, floor(number) == number ? "%.0f" : "%f", number);
}

void range_print(FILE *f, const struct range *r)
{
	if (!r->set)
		return;
	if (r->inside)
		fputc('@', f);
	if (isinf(r->min))
		fputs("~:", f);
	else if (r->min != 0 || isinf(r->max)) {
		print_number(f, r->min);
		fputc(':', f);
	}
	if (!isinf(r->max))
		print_number(f, r->max);
}
