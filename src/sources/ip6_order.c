/* SPDX-License-Identifier: MIT */
#include "sources/ip6_order.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_NAME "IPSTATS_MIB_NUM"
#define COUNT_NAME "__IPSTATS_MIB_MAX"

/* linux/btf.h of Debian 12's libc headers knows them; those of older systems may not. */
enum { KIND_FLOAT = 16, KIND_DECL_TAG = 17, KIND_TYPE_TAG = 18, KIND_ENUM64 = 19 };

/* Bytes that follow struct btf_type, or -1 for a kind that we do not know. */
static long tail_size(unsigned kind, unsigned vlen)
{
	switch (kind) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return (long)vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return (long)vlen * sizeof(struct btf_enum);
	case KIND_ENUM64:
		return (long)vlen * 12;
	case BTF_KIND_FUNC_PROTO:
		return (long)vlen * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return (long)vlen * sizeof(struct btf_var_secinfo);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case KIND_FLOAT:
	case KIND_TYPE_TAG:
		return 0;
	default:
		return -1;
	}
}

struct strings {
	const char *data;
	size_t size; /* the last byte is NUL */
};

static bool is_name(const struct strings *s, uint32_t offset, const char *name)
{
	return offset < s->size && !strcmp(s->data + offset, name);
}

static int read_enum(const char *entries, unsigned vlen, const struct strings *strings,
		     struct ip6_order *out)
{
	struct btf_enum entry;
	long count = -1;

	for (int c = 0; c < K_COUNT; c++)
		out->index[c] = -1;
	for (unsigned i = 0; i < vlen; i++) {
		memcpy(&entry, entries + i * sizeof(entry), sizeof(entry));
		if (is_name(strings, entry.name_off, COUNT_NAME))
			count = entry.val;
		for (int c = 0; c < K_COUNT; c++)
			if (kernel_names[c].btf &&
			    is_name(strings, entry.name_off, kernel_names[c].btf))
				out->index[c] = entry.val;
	}
	if (count <= 0 || count > 1024)
		return -EBADMSG;
	for (int c = 0; c < K_COUNT; c++)
		if (out->index[c] >= count || (out->index[c] < 0 && out->index[c] != -1))
			return -EBADMSG;
	out->count = count;
	return 0;
}

int ip6_order_parse(const void *data, size_t size, struct ip6_order *out)
{
	const char *p = data, *end;
	struct btf_header header;
	struct strings strings;

	if (size < sizeof(header))
		return -EBADMSG;
	memcpy(&header, data, sizeof(header));
	if (header.magic != BTF_MAGIC || header.hdr_len > size || header.str_len == 0 ||
	    header.type_off > size - header.hdr_len ||
	    header.type_len > size - header.hdr_len - header.type_off ||
	    header.str_off > size - header.hdr_len ||
	    header.str_len > size - header.hdr_len - header.str_off)
		return -EBADMSG;
	strings.data = p + header.hdr_len + header.str_off;
	strings.size = header.str_len;
	if (strings.data[strings.size - 1])
		return -EBADMSG;

	p += header.hdr_len + header.type_off;
	end = p + header.type_len;
	while ((size_t)(end - p) >= sizeof(struct btf_type)) {
		struct btf_type type;
		struct btf_enum first;
		unsigned kind, vlen;
		long tail;

		memcpy(&type, p, sizeof(type));
		p += sizeof(type);
		kind = BTF_INFO_KIND(type.info);
		vlen = BTF_INFO_VLEN(type.info);
		tail = tail_size(kind, vlen);
		if (tail < 0 || tail > end - p)
			return -EBADMSG;
		if (kind == BTF_KIND_ENUM && vlen) {
			memcpy(&first, p, sizeof(first));
			if (is_name(&strings, first.name_off, FIRST_NAME))
				return read_enum(p, vlen, &strings, out);
		}
		p += tail;
	}
	return p == end ? -ENOENT : -EBADMSG;
}

/* The whole file in memory of ours; NULL and *r < 0 when it cannot be read. */
static char *read_all(int fd, size_t size, int *r)
{
	char *data = malloc(size);
	size_t done = 0;

	*r = data ? 0 : -ENOMEM;
	while (!*r && done < size) {
		ssize_t n = read(fd, data + done, size - done);

		if (n <= 0)
			*r = n < 0 ? -errno : -EBADMSG;
		else
			done += n;
	}
	if (*r) {
		free(data);
		return NULL;
	}
	return data;
}

int ip6_order_read(struct ip6_order *out)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	char *data;
	struct stat st;
	int r;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0) {
		r = -errno;
		goto out;
	}
	/* Kernel 6.16 and newer map it, which is five times as fast as reading 5 MB by pages. */
	data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data != MAP_FAILED) {
		r = ip6_order_parse(data, st.st_size, out);
		munmap(data, st.st_size);
		goto out;
	}
	data = read_all(fd, st.st_size, &r);
	if (data)
		r = ip6_order_parse(data, st.st_size, out);
	free(data);
out:
	close(fd);
	return r;
}
