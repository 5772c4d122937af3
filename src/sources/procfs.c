/* SPDX-License-Identifier: MIT */
#include "sources/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/units.h"
#include "sources/procfs_parse.h"

static const char *const kept_paths[PROCFS_KEPT] = {
	[PROCFS_SNMP] = "/proc/net/snmp",
	[PROCFS_NETSTAT] = "/proc/net/netstat",
	[PROCFS_SNMP6] = "/proc/net/snmp6",
	[PROCFS_FORWARDING] = "/proc/sys/net/ipv4/conf/all/forwarding",
	[PROCFS_FORWARDING6] = "/proc/sys/net/ipv6/conf/all/forwarding",
};

static bool is_regular(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		errno = S_ISDIR(st->st_mode) ? EISDIR : EINVAL;
	return S_ISREG(st->st_mode);
}

/*
 * In a captured tree a file may be anything: opening one must not wait for its contents, and a
 * device is not even opened, since some act on that. Returns a descriptor or -errno.
 */
static int open_below(const struct procfs *p, const char *path)
{
	char full[PATH_MAX];
	struct stat st;
	int fd, r = 0;

	if (snprintf(full, sizeof(full), "%s%s", p->root, path) >= PATH_MAX)
		return -ENAMETOOLONG;
	if (p->root[0] && stat(full, &st) == 0 && !is_regular(&st))
		return -errno;
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !is_regular(&st))
		r = -errno;
	if (!r)
		return fd;
	close(fd);
	return r;
}

/* The contents of a file into p->text. Returns 0 or -errno; what could be read is there. */
static int read_text(struct procfs *p, const char *path)
{
	int fd = open_below(p, path), r;

	p->text.n = p->text.next = 0;
	if (fd < 0)
		return fd;
	r = procfs_text_read(&p->text, fd);
	close(fd);
	return r;
}

/* The same of a file that may be open. */
static int read_kept(struct procfs *p, enum procfs_file file)
{
	int *fd = &p->kept[file], r;

	if (!p->keeps)
		return read_text(p, kept_paths[file]);
	p->text.n = p->text.next = 0;
	if (*fd < 0)
		*fd = open_below(p, kept_paths[file]);
	if (*fd < 0)
		return *fd;
	r = procfs_text_read(&p->text, *fd);
	if (r) {
		close(*fd);
		*fd = -1;
	}
	return r;
}

/* The first line of a file; NULL: there is none. */
static const char *read_line(struct procfs *p, const char *path)
{
	char *line;

	return !read_text(p, path) && procfs_text_line(&p->text, &line) > 0 ? line : NULL;
}

void procfs_open(struct procfs *p, const char *root)
{
	const char *release;

	*p = (struct procfs){.root = root ? root : ""};
	release = read_line(p, "/proc/sys/kernel/osrelease");
	if (release)
		p->epoch = kernel_epoch_parse(release);
}

void procfs_keep(struct procfs *p)
{
	for (int i = 0; i < PROCFS_KEPT && !p->keeps; i++)
		p->kept[i] = open_below(p, kept_paths[i]);
	p->keeps = true;
}

void procfs_close(struct procfs *p)
{
	for (int i = 0; i < PROCFS_KEPT && p->keeps; i++)
		if (p->kept[i] >= 0)
			close(p->kept[i]);
	procfs_text_clear(&p->text);
}

/* When the machine was started, in seconds; 0: not known. */
static long long read_btime(struct procfs *p)
{
	long long btime = 0;

	if (read_text(p, "/proc/stat"))
		return 0;
	/* Not by lines: that of the interrupts is longer than any of the others' can be. */
	for (const char *at = p->text.octets; at && !btime; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (sscanf(at, "btime %lld", &btime) != 1)
			btime = 0;
	}
	return btime > 0 ? btime : 0;
}

/* The host's name in a file. Returns whether there is one. */
static bool read_host(struct procfs *p, const char *path, struct snapshot *s)
{
	const char *line = read_line(p, path);

	snprintf(s->captured_host, sizeof(s->captured_host), "%s", line ? line : "");
	return s->captured_host[0];
}

void procfs_read_origin(struct procfs *p, struct snapshot *s)
{
	long long btime = read_btime(p), seconds = 0;
	const char *uptime = btime ? read_line(p, "/proc/uptime") : NULL;
	int hundredths = 0;

	s->captured = true;
	s->wall_unknown = !uptime || sscanf(uptime, "%lld.%2d", &seconds, &hundredths) != 2;
	s->wall = (struct timespec){0, 0};
	if (!s->wall_unknown)
		s->wall = (struct timespec){btime + seconds, hundredths * (NS_PER_S / 100)};
	if (!read_host(p, "/proc/sys/kernel/hostname", s))
		read_host(p, "/etc/hostname", s);
}

static const char *parse_error(int err)
{
	return err == -EBADMSG  ? "cut off or garbled"
	       : err == -EINVAL ? "not a regular file"
				: strerror(-err);
}

/* Columns of one of the files. Notes troubles. */
static void read_counters(struct procfs *p, enum procfs_file file, struct kernel_counters *out,
			  struct snapshot *s)
{
	const bool snmp6 = file == PROCFS_SNMP6;
	int r = read_kept(p, file);

	if (r == -ENOENT && snmp6)
		return; /* a kernel without IPv6 */
	if (!r || p->text.n) {
		int parsed = snmp6 ? procfs_parse_snmp6(&p->text, out, NULL)
				   : procfs_parse_pairs(&p->text, out);

		r = r ? r : parsed;
	}
	if (!r)
		return;
	kernel_forget_unclear(out);
	snapshot_trouble(s, "%s%s: %s", p->root, kept_paths[file], parse_error(r));
}

/* Returns the number in p->text, as sysctl files have it, or -EBADMSG. */
static int parse_switch(const struct procfs *p)
{
	char *end;
	long value = strtol(p->text.octets, &end, 10);

	return end != p->text.octets && value >= 0 && value <= INT_MAX ? value : -EBADMSG;
}

int procfs_any_forwarding(struct procfs *p, enum family family)
{
	char path[PATH_MAX], file[PATH_MAX];
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc/sys/net/%s/conf", p->root,
		 snapshot_family_names[family]);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!result && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "default"))
			continue;
		snprintf(file, sizeof(file), "/proc/sys/net/%s/conf/%s/forwarding",
			 snapshot_family_names[family], entry->d_name);
		result = !read_text(p, file) && parse_switch(p) > 0;
	}
	closedir(dir);
	return result;
}

/* The global switch; the switches of interfaces are read where that is cheapest. */
static void set_forwarding(struct procfs *p, enum procfs_file file, struct snapshot_system *row)
{
	int value = read_kept(p, file);

	if (!value)
		value = parse_switch(p);
	if (value < 0)
		return;
	row->forwarding_known = true;
	row->forwarding = value > 0;
}

void procfs_read_system(struct procfs *p, struct snapshot *s)
{
	struct snapshot_system *ip4 = &s->system[FAMILY_IPV4], *ip6 = &s->system[FAMILY_IPV6];
	struct kernel_counters k = {.known = 0};

	read_counters(p, PROCFS_SNMP, &k, s);
	read_counters(p, PROCFS_NETSTAT, &k, s);
	kernel_figures(&k, FAMILY_IPV4, p->epoch, false, &ip4->figures);
	kernel_ip_counts(&k, FAMILY_IPV4, &ip4->ip_counts);
	set_forwarding(p, PROCFS_FORWARDING, ip4);
	if (!ip4->forwarding_known && kernel_known(&k, K_FORWARDING)) {
		ip4->forwarding_known = true;
		ip4->forwarding = k.value[K_FORWARDING] == 1; /* ipForwarding, RFC 4293 */
	}

	k.known = 0;
	read_counters(p, PROCFS_SNMP6, &k, s);
	kernel_figures(&k, FAMILY_IPV6, p->epoch, false, &ip6->figures);
	kernel_ip_counts(&k, FAMILY_IPV6, &ip6->ip_counts);
	set_forwarding(p, PROCFS_FORWARDING6, ip6);
}

int procfs_read_ip6(struct procfs *p, const char *ifname, struct kernel_counters *out,
		    uint32_t *ifindex)
{
	char file[PATH_MAX];
	int r = -EBADMSG;

	snprintf(file, sizeof(file), "/proc/net/dev_snmp6/%s", ifname);
	/* The file of an interface goes away with it, even while somebody reads the file. */
	for (int i = 0; i < 2 && r; i++) {
		int fd = open_below(p, file), parsed;

		out->known = 0;
		if (fd < 0)
			return fd;
		r = procfs_text_read(&p->text, fd);
		parsed = procfs_parse_snmp6(&p->text, out, ifindex);
		r = r ? r : parsed;
		if (r)
			kernel_forget_unclear(out);
		close(fd);
	}
	return r;
}

struct dev_reader {
	struct procfs *p;
	struct snapshot *s;
};

static int add_dev_row(void *arg, const char *name, const struct kernel_device *dev)
{
	struct dev_reader *reader = arg;
	struct kernel_counters ip6 = {.known = 0};
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
	kernel_fill_if(row, dev, r != -ENOENT, &ip6, reader->p->epoch);
	return 0;
}

void procfs_read_ifs(struct procfs *p, struct snapshot *s)
{
	struct dev_reader reader = {p, s};
	struct procfs_text text = {.octets = NULL}; /* p->text is for the interfaces' files */
	int fd = open_below(p, "/proc/net/dev"), r = fd < 0 ? fd : procfs_text_read(&text, fd);

	if (fd >= 0) {
		int parsed = procfs_parse_dev(&text, add_dev_row, &reader);

		r = r ? r : parsed;
		close(fd);
	}
	procfs_text_clear(&text);
	s->ifs_incomplete = r != 0;
	if (r)
		snapshot_trouble(s, "%s/proc/net/dev: %s", p->root, parse_error(r));
}
