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

static int find_if(const struct check_level *level, const char *interface, enum check_key key)
{
	for (size_t i = 0; i < level->n_ifs; i++)
		if (level->ifs[i].key == key && !strcmp(level->ifs[i].interface, interface))
			return (int)i;
	return -1;
}

const struct range *range_of_if(const struct check_level *level, const char *interface,
				enum check_key key)
{
	int i = find_if(level, interface, key);

	return i < 0 ? NULL : &level->ifs[i].range;
}

static int set_of_if(struct check_level *level, const char *interface, enum check_key key,
		     const struct range *range)
{
	int i = find_if(level, interface, key);

	if (i < 0) {
		if (level->n_ifs == CHECK_IF_LIMITS)
			return -ENOSPC;
		i = (int)level->n_ifs++;
		strcpy(level->ifs[i].interface, interface); /* shorter, see range_set() */
		level->ifs[i].key = key;
	}
	level->ifs[i].range = *range;
	return 0;
}

/* Take INTERFACE: off the beginning of *text, if it is there; false: it is no interface's name. */
static bool take_interface(const char **text, char interface[16])
{
	size_t key = strcspn(*text, "=");
	const char *colon = memrchr(*text, ':', key);
	size_t length = colon ? (size_t)(colon - *text) : 0;

	interface[0] = '\0';
	if (!colon)
		return true;
	if (!length || length >= 16)
		return false;
	memcpy(interface, *text, length);
	interface[length] = '\0';
	*text = colon + 1;
	return true;
}

static enum check_key find_key(const char *word, size_t length)
{
	enum check_key key = 0;

	while (key < CHECK_KEYS &&
	       (strlen(range_keys[key]) != length || memcmp(range_keys[key], word, length) != 0))
		key++;
	return key;
}

static int set_unknown_key(const char *name, const char *text, struct why *why)
{
	char list[128] = "";

	for (int key = 0; key < CHECK_KEYS; key++)
		strcat(strcat(list, key ? ", " : ""), range_keys[key]);
	return why_set(why, -EINVAL, "%s '%.60s': want one of %s", name, text, list);
}

int range_set(struct check_level *level, const char *name, const char *text, struct why *why)
{
	const char *rest = text;
	char interface[16];
	struct range range;
	enum check_key key;
	size_t length;

	if (!take_interface(&rest, interface))
		return why_set(why, -EINVAL, "%s '%.60s': no interface has such a name", name,
			       text);
	length = strcspn(rest, "=");
	key = find_key(rest, length);
	if (key == CHECK_KEYS)
		return set_unknown_key(name, text, why);
	if (interface[0] && key == CHECK_NOT_ROUTED)
		return why_set(why, -EINVAL,
			       "%s '%.60s': the kernel counts that for the system only", name,
			       text);
	if (!rest[length] || !parse(&range, rest + length + 1))
		return why_set(why, -EINVAL,
			       "%s '%.60s': want %s=RANGE, as in 10, 10:, ~:10, 10:20, @10:20",
			       name, text, range_keys[key]);
	if (!interface[0])
		level->ranges[key] = range;
	else if (set_of_if(level, interface, key, &range))
		return why_set(why, -EINVAL, "%s '%.60s': more than %d limits on interfaces", name,
			       text, CHECK_IF_LIMITS);
	return 0;
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
