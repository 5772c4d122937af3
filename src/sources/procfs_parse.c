/* SPDX-License-Identifier: MIT */
#include "sources/procfs_parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COLUMNS 64
#define IP6_COLUMNS "Ip6" /* so those that we use begin */

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

/* The columns that we use of a group, by their names in /proc/net/snmp and netstat. */
static size_t columns_of(const char *group, enum kernel_column columns[K_COUNT])
{
	size_t n = 0;

	for (int c = 0; c < K_COUNT; c++)
		if (kernel_names[c].ip4 && !strcmp(kernel_names[c].ip4_group, group))
			columns[n++] = c;
	return n;
}

static enum kernel_column find_column(const enum kernel_column *columns, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(kernel_names[columns[i]].ip4, name))
			return columns[i];
	return K_COUNT;
}

static int parse_pair(char *header, char *values, struct kernel_counters *out)
{
	char *h, *v, *name = strtok_r(header, " ", &h), *value = strtok_r(values, " ", &v), *colon;
	enum kernel_column columns[K_COUNT];
	int result = 0;
	size_t n;

	if (!name || !value || strcmp(name, value) || !(colon = strchr(name, ':')))
		return -EBADMSG;
	*colon = '\0';
	n = columns_of(name, columns);
	for (;;) {
		char *column_name = strtok_r(NULL, " ", &h);
		enum kernel_column column;
		uint64_t number;

		value = strtok_r(NULL, " ", &v);
		if (!column_name || !value)
			return column_name || value ? -EBADMSG : result;
		column = find_column(columns, n, column_name);
		if (column == K_COUNT)
			continue;
		if (parse_number(value, &number))
			kernel_set(out, column, number);
		else
			result = -EBADMSG;
	}
}

int procfs_parse_pairs(struct procfs_text *text, struct kernel_counters *out)
{
	char *header, *values;
	int result = 0, more;

	while ((more = procfs_text_line(text, &header)) > 0) {
		int r = procfs_text_line(text, &values);

		if (r <= 0)
			return r == -EFBIG ? r : -EBADMSG;
		r = parse_pair(header, values, out);
		if (r)
			result = r;
	}
	return more < 0 ? more : text->n ? result : -EBADMSG;
}

int procfs_parse_snmp6(struct procfs_text *text, struct kernel_counters *out, uint32_t *ifindex)
{
	char *line;
	int result = 0, more;

	while ((more = procfs_text_line(text, &line)) > 0) {
		char *rest, *name = strtok_r(line, " \t", &rest), *number;
		uint64_t value;

		number = name ? strtok_r(NULL, " \t", &rest) : NULL;
		if (!number || !parse_number(number, &value)) {
			result = -EBADMSG;
			continue;
		}
		if (ifindex && !strcmp(name, "ifIndex") && value <= UINT32_MAX)
			*ifindex = value;
		for (int c = 0; c < K_COUNT && !strncmp(name, IP6_COLUMNS, strlen(IP6_COLUMNS));
		     c++)
			if (kernel_names[c].ip6 && !strcmp(kernel_names[c].ip6, name))
				kernel_set(out, c, value);
	}
	return more < 0 ? more : text->n ? result : -EBADMSG;
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

static int parse_dev_header(struct procfs_text *text, struct dev_half *rx, struct dev_half *tx)
{
	char *line, *left, *middle;
	int r;

	for (int i = 0; i < 2; i++) {
		r = procfs_text_line(text, &line);
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

int procfs_parse_dev(struct procfs_text *text,
		     int (*row)(void *arg, const char *name, const struct kernel_device *dev),
		     void *arg)
{
	struct dev_half rx, tx;
	char *line;
	int result, more;

	result = parse_dev_header(text, &rx, &tx);
	if (result)
		return result;
	while ((more = procfs_text_line(text, &line)) > 0) {
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
