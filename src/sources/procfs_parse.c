/* SPDX-License-Identifier: MIT */
#include "sources/procfs_parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COLUMNS 64

/* A whole decimal number, nothing else. */
static bool parse_number(const char *text, uint64_t *value)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && !*end;
}

/*
 * A captured tree may hold anything. The longest line of Linux 6.18 has 2,195 octets, and its
 * numbers can grow to twice that; an interface takes 122 octets of /proc/net/dev at least.
 */
#define LINE_OCTETS 32768
#define FILE_OCTETS ((size_t)8 << 20)

struct lines {
	FILE *f;
	size_t octets; /* read so far */
};

/*
 * Read a line, without its end. Returns 1, 0 at the end of the file, -EBADMSG if it is cut off,
 * -EFBIG: nobody would write such a file.
 */
static int read_line(struct lines *lines, char line[LINE_OCTETS])
{
	size_t n;

	if (!fgets(line, LINE_OCTETS, lines->f))
		return ferror(lines->f) ? -errno : 0;
	n = strlen(line); /* less where there is a NUL: the end is not seen then */
	lines->octets += n;
	if (n == LINE_OCTETS - 1 || lines->octets > FILE_OCTETS)
		return -EFBIG;
	if (!n || line[n - 1] != '\n')
		return -EBADMSG;
	line[strcspn(line, "\r\n")] = '\0';
	return 1;
}

/* Which column `name` is in that line of /proc/net/snmp or netstat; K_COUNT: one we do not use. */
static enum kernel_column find_ip4_column(const char *group, const char *name)
{
	for (int c = 0; c < K_COUNT; c++)
		if (kernel_names[c].ip4 && !strcmp(kernel_names[c].ip4_group, group) &&
		    !strcmp(kernel_names[c].ip4, name))
			return c;
	return K_COUNT;
}

/* Most lines are of other protocols, and long. */
static bool has_columns(const char *group)
{
	for (int c = 0; c < K_COUNT; c++)
		if (kernel_names[c].ip4 && !strcmp(kernel_names[c].ip4_group, group))
			return true;
	return false;
}

static int parse_pair(char *header, char *values, struct kernel_counters *out)
{
	char *h, *v, *name = strtok_r(header, " ", &h), *value = strtok_r(values, " ", &v), *colon;
	int result = 0;
	bool is_ours;

	if (!name || !value || strcmp(name, value) || !(colon = strchr(name, ':')))
		return -EBADMSG;
	*colon = '\0';
	is_ours = has_columns(name);
	for (;;) {
		char *column_name = strtok_r(NULL, " ", &h);
		enum kernel_column column;
		uint64_t number;

		value = strtok_r(NULL, " ", &v);
		if (!column_name || !value)
			return column_name || value ? -EBADMSG : result;
		column = is_ours ? find_ip4_column(name, column_name) : K_COUNT;
		if (column == K_COUNT)
			continue;
		if (parse_number(value, &number))
			kernel_set(out, column, number);
		else
			result = -EBADMSG;
	}
}

int procfs_parse_pairs(FILE *f, struct kernel_counters *out)
{
	char header[LINE_OCTETS], values[LINE_OCTETS];
	struct lines lines = {f, 0};
	int result = 0, more;

	while ((more = read_line(&lines, header)) > 0) {
		int r = read_line(&lines, values);

		if (r <= 0)
			return r == -EFBIG ? r : -EBADMSG;
		r = parse_pair(header, values, out);
		if (r)
			result = r;
	}
	return more < 0 ? more : lines.octets ? result : -EBADMSG;
}

int procfs_parse_snmp6(FILE *f, struct kernel_counters *out, uint32_t *ifindex)
{
	char line[LINE_OCTETS];
	struct lines lines = {f, 0};
	int result = 0, more;

	while ((more = read_line(&lines, line)) > 0) {
		char *rest, *name = strtok_r(line, " \t", &rest), *text;
		uint64_t value;

		text = name ? strtok_r(NULL, " \t", &rest) : NULL;
		if (!text || !parse_number(text, &value)) {
			result = -EBADMSG;
			continue;
		}
		if (ifindex && !strcmp(name, "ifIndex") && value <= UINT32_MAX)
			*ifindex = value;
		for (int c = 0; c < K_COUNT; c++)
			if (kernel_names[c].ip6 && !strcmp(kernel_names[c].ip6, name))
				kernel_set(out, c, value);
	}
	return more < 0 ? more : lines.octets ? result : -EBADMSG;
}

/* Positions of "bytes" and "packets" in one half of the header of /proc/net/dev. */
struct dev_half {
	int octets, packets, columns;
};

static struct dev_half parse_dev_half(char *text)
{
	struct dev_half half = {-1, -1, 0};
	char *rest;

	for (char *p = strtok_r(text, " ", &rest); p; p = strtok_r(NULL, " ", &rest)) {
		if (!strcmp(p, "bytes"))
			half.octets = half.columns;
		else if (!strcmp(p, "packets"))
			half.packets = half.columns;
		half.columns++;
	}
	return half;
}

static int parse_dev_header(struct lines *lines, struct dev_half *rx, struct dev_half *tx)
{
	char line[LINE_OCTETS], *left, *middle;
	int r;

	for (int i = 0; i < 2; i++) {
		r = read_line(lines, line);
		if (r <= 0)
			return r == -EFBIG ? r : -EBADMSG;
	}
	left = strchr(line, '|');
	middle = left ? strchr(left + 1, '|') : NULL;
	if (!middle)
		return -EBADMSG;
	*middle = '\0';
	*rx = parse_dev_half(left + 1);
	*tx = parse_dev_half(middle + 1);
	if (rx->octets < 0 || rx->packets < 0 || tx->octets < 0 || tx->packets < 0 ||
	    rx->columns + tx->columns > MAX_COLUMNS)
		return -EBADMSG;
	return 0;
}

/* Whether an interface can have that name: it becomes part of a path. */
static bool is_name(const char *name)
{
	return *name && strlen(name) < SNAPSHOT_NAME_MAX && !strchr(name, '/') &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int procfs_parse_dev(FILE *f,
		     int (*row)(void *arg, const char *name, const struct kernel_device *dev),
		     void *arg)
{
	char line[LINE_OCTETS];
	struct lines lines = {f, 0};
	struct dev_half rx, tx;
	int result, more;

	result = parse_dev_header(&lines, &rx, &tx);
	if (result)
		return result;
	while ((more = read_line(&lines, line)) > 0) {
		char *name = line + strspn(line, " "), *colon = strrchr(line, ':'), *rest, *p;
		uint64_t value[MAX_COLUMNS];
		struct kernel_device dev = {.rx_header = -1, .tx_header = -1};
		int n = 0;

		if (colon)
			*colon = '\0';
		if (!colon || !is_name(name)) {
			result = -EBADMSG;
			continue;
		}
		for (p = strtok_r(colon + 1, " ", &rest); p && n < rx.columns + tx.columns;
		     p = strtok_r(NULL, " ", &rest))
			if (!parse_number(p, &value[n++]))
				break;
		if (p || n < rx.columns + tx.columns) {
			result = -EBADMSG;
			continue;
		}
		dev.rx_octets = value[rx.octets];
		dev.rx_packets = value[rx.packets];
		dev.tx_octets = value[rx.columns + tx.octets];
		dev.tx_packets = value[rx.columns + tx.packets];
		n = row(arg, name, &dev);
		if (n)
			return n;
	}
	return more < 0 ? more : result;
}
