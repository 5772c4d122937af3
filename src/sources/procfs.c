/* SPDX-License-Identifier: MIT */
#include "sources/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Read a line, without its end. Returns 1, 0 at the end of the file, -EBADMSG if it is cut off. */
static int read_line(FILE *f, char **line, size_t *size)
{
	ssize_t n = getline(line, size, f);

	if (n < 0)
		return ferror(f) ? -errno : 0;
	if ((*line)[n - 1] != '\n' || memchr(*line, '\0', n))
		return -EBADMSG;
	(*line)[strcspn(*line, "\r\n")] = '\0';
	return 1;
}

/* Which column `name` is in that line of /proc/net/snmp or netstat; K_COUNT: one we do not use. */
static enum kstat_column find_ip4_column(const char *group, const char *name)
{
	for (int c = 0; c < K_COUNT; c++)
		if (!strcmp(kstat_names[c].ip4_group, group) && !strcmp(kstat_names[c].ip4, name))
			return c;
	return K_COUNT;
}

static int parse_pair(char *header, char *values, struct kstat *out)
{
	char *h, *v, *name = strtok_r(header, " ", &h), *value = strtok_r(values, " ", &v), *colon;
	int result = 0;

	if (!name || !value || strcmp(name, value) || !(colon = strchr(name, ':')))
		return -EBADMSG;
	*colon = '\0';
	for (;;) {
		char *column_name = strtok_r(NULL, " ", &h);
		enum kstat_column column;
		uint64_t number;

		value = strtok_r(NULL, " ", &v);
		if (!column_name || !value)
			return column_name || value ? -EBADMSG : result;
		column = find_ip4_column(name, column_name);
		if (column == K_COUNT)
			continue;
		if (parse_number(value, &number))
			kstat_set(out, column, number);
		else
			result = -EBADMSG;
	}
}

int procfs_parse_pairs(FILE *f, struct kstat *out)
{
	char *header = NULL, *values = NULL;
	size_t header_size = 0, values_size = 0, lines = 0;
	int result = 0, more;

	for (; (more = read_line(f, &header, &header_size)) > 0; lines++) {
		int r = read_line(f, &values, &values_size);

		if (r <= 0) {
			result = -EBADMSG;
			break;
		}
		r = parse_pair(header, values, out);
		if (r)
			result = r;
	}
	free(header);
	free(values);
	return more < 0 ? more : lines ? result : -EBADMSG;
}

int procfs_parse_snmp6(FILE *f, struct kstat *out, uint32_t *ifindex)
{
	char *line = NULL;
	size_t size = 0, lines = 0;
	int result = 0, more;

	for (; (more = read_line(f, &line, &size)) > 0; lines++) {
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
			if (kstat_names[c].ip6 && !strcmp(kstat_names[c].ip6, name))
				kstat_set(out, c, value);
	}
	free(line);
	return more < 0 ? more : lines ? result : -EBADMSG;
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

static int parse_dev_header(FILE *f, struct dev_half *rx, struct dev_half *tx, char **line,
			    size_t *size)
{
	char *left, *middle;

	if (read_line(f, line, size) <= 0 || read_line(f, line, size) <= 0)
		return -EBADMSG;
	left = strchr(*line, '|');
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

int procfs_parse_dev(FILE *f,
		     int (*row)(void *arg, const char *name, const struct kstat_device *dev),
		     void *arg)
{
	char *line = NULL;
	size_t size = 0;
	struct dev_half rx, tx;
	int result, more;

	result = parse_dev_header(f, &rx, &tx, &line, &size);
	if (result)
		goto out;
	while ((more = read_line(f, &line, &size)) > 0) {
		char *name = line + strspn(line, " "), *colon = strrchr(line, ':'), *rest, *p;
		uint64_t value[MAX_COLUMNS];
		struct kstat_device dev = {.rx_header = -1, .tx_header = -1};
		int n = 0;

		if (!colon || colon == name) {
			result = -EBADMSG;
			continue;
		}
		*colon = '\0';
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
		if (n) {
			result = n;
			goto out;
		}
	}
	if (more < 0)
		result = more;
out:
	free(line);
	return result;
}

/* In a captured tree a file may be anything, so opening one must not wait for its contents. */
static FILE *open_below(const struct procfs *p, const char *path, char *full)
{
	struct stat st;
	FILE *f = NULL;
	int fd;

	if (snprintf(full, PATH_MAX, "%s%s", p->root, path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		errno = S_ISDIR(st.st_mode) ? EISDIR : EBADMSG;
	else
		f = fdopen(fd, "r");
	if (!f)
		close(fd);
	return f;
}

void procfs_open(struct procfs *p, const char *root)
{
	char path[PATH_MAX], release[64];
	FILE *f;

	p->root = root ? root : "";
	p->epoch = (struct kstat_epoch){0, 0};
	f = open_below(p, "/proc/sys/kernel/osrelease", path);
	if (!f)
		return;
	if (fgets(release, sizeof(release), f))
		p->epoch = kstat_epoch_parse(release);
	fclose(f);
}

static const char *parse_error(int err)
{
	return err == -EBADMSG ? "cut off or garbled" : strerror(-err);
}

/* Returns 0 if the file could be opened, whatever its content; otherwise -errno. Notes troubles. */
static int read_kstat(const struct procfs *p, const char *file, bool snmp6, struct kstat *out,
		      struct snapshot *s)
{
	char path[PATH_MAX];
	FILE *f = open_below(p, file, path);
	int r;

	if (!f) {
		r = -errno;
		if (!(snmp6 && r == -ENOENT)) /* a kernel without IPv6 */
			snapshot_trouble(s, "%s: %s", path, parse_error(r));
		return r;
	}
	r = snmp6 ? procfs_parse_snmp6(f, out, NULL) : procfs_parse_pairs(f, out);
	if (r)
		snapshot_trouble(s, "%s: %s", path, parse_error(r));
	fclose(f);
	return 0;
}

/* Returns the first number in a file, as sysctl files have it, or -errno. */
static int read_switch(const struct procfs *p, const char *file)
{
	char path[PATH_MAX];
	FILE *f = open_below(p, file, path);
	int value, n;

	if (!f)
		return -errno;
	n = fscanf(f, "%d", &value);
	fclose(f);
	return n == 1 && value >= 0 ? value : -EBADMSG;
}

int procfs_any_forwarding(const struct procfs *p, enum family family)
{
	char path[PATH_MAX], file[PATH_MAX];
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc/sys/net/%s/conf", p->root, family_names[family]);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!result && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "default"))
			continue;
		snprintf(file, sizeof(file), "/proc/sys/net/%s/conf/%s/forwarding",
			 family_names[family], entry->d_name);
		result = read_switch(p, file) > 0;
	}
	closedir(dir);
	return result;
}

/* The global switch; the switches of interfaces are read where that is cheapest. */
static void set_forwarding(const struct procfs *p, enum family family, struct snapshot_system *row)
{
	char file[PATH_MAX];
	int value;

	snprintf(file, sizeof(file), "/proc/sys/net/%s/conf/all/forwarding", family_names[family]);
	value = read_switch(p, file);
	if (value < 0)
		return;
	row->forwarding_known = true;
	row->forwarding = value > 0;
}

void procfs_read_system(const struct procfs *p, struct snapshot *s)
{
	struct snapshot_system *ip4 = &s->system[FAMILY_IPV4], *ip6 = &s->system[FAMILY_IPV6];
	struct kstat k = {.known = 0};

	read_kstat(p, "/proc/net/snmp", false, &k, s);
	read_kstat(p, "/proc/net/netstat", false, &k, s);
	kstat_figures(&k, FAMILY_IPV4, p->epoch, false, &ip4->figures);
	set_forwarding(p, FAMILY_IPV4, ip4);
	if (!ip4->forwarding_known && kstat_known(&k, K_FORWARDING)) {
		ip4->forwarding_known = true;
		ip4->forwarding = k.value[K_FORWARDING] == 1; /* ipForwarding, RFC 4293 */
	}

	k.known = 0;
	read_kstat(p, "/proc/net/snmp6", true, &k, s);
	kstat_figures(&k, FAMILY_IPV6, p->epoch, false, &ip6->figures);
	set_forwarding(p, FAMILY_IPV6, ip6);
}

int procfs_read_ip6(const struct procfs *p, const char *ifname, struct kstat *out,
		    uint32_t *ifindex)
{
	char file[PATH_MAX], path[PATH_MAX];
	int r = -EBADMSG;

	snprintf(file, sizeof(file), "/proc/net/dev_snmp6/%s", ifname);
	/* The file of an interface goes away with it, even while somebody reads the file. */
	for (int i = 0; i < 2 && r; i++) {
		FILE *f = open_below(p, file, path);

		out->known = 0;
		if (!f)
			return -errno;
		r = procfs_parse_snmp6(f, out, ifindex);
		fclose(f);
	}
	return r;
}

struct dev_reader {
	const struct procfs *p;
	struct snapshot *s;
};

static int add_dev_row(void *arg, const char *name, const struct kstat_device *dev)
{
	struct dev_reader *reader = arg;
	struct kstat ip6 = {.known = 0};
	struct snapshot_if *row;
	uint32_t ifindex = 0;
	int r;

	r = procfs_read_ip6(reader->p, name, &ip6, &ifindex);
	if (r && r != -ENOENT)
		snapshot_trouble(reader->s, "%s/proc/net/dev_snmp6/%s: %s", reader->p->root, name,
				 parse_error(r));
	row = snapshot_add_if(reader->s, ifindex, name);
	if (!row)
		return -ENOMEM;
	kstat_fill_if(row, dev, r != -ENOENT, &ip6, reader->p->epoch);
	return 0;
}

void procfs_read_ifs(const struct procfs *p, struct snapshot *s)
{
	struct dev_reader reader = {p, s};
	char path[PATH_MAX];
	FILE *f = open_below(p, "/proc/net/dev", path);
	int r = f ? procfs_parse_dev(f, add_dev_row, &reader) : -errno;

	s->ifs_incomplete = r != 0;
	if (r)
		snapshot_trouble(s, "%s: %s", path, parse_error(r));
	if (f)
		fclose(f);
}
