/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "base/escape.h"
#include "output/json_writer.h"
#include "output/output.h"

/* The known figures of a row, flat: FAMILY_KEY. */
static void put_figures(struct json *j, enum family family, const struct figures *f, int count)
{
	for (int m = 0; m < count; m++) {
		char key[64];

		if (!figures_known(f, m))
			continue;
		snprintf(key, sizeof(key), "%s_%s", snapshot_family_names[family],
			 metrics[m].if_key ? metrics[m].if_key : metrics[m].sys_key);
		json_key(j, key);
		json_u64(j, f->value[m]);
	}
}

static void put_data(struct json *j, const struct snapshot *s)
{
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		char key[64];

		snprintf(key, sizeof(key), "%s_forwarding_enabled", snapshot_family_names[f]);
		if (s->system[f].forwarding_known) {
			json_key(j, key);
			json_u64(j, s->system[f].forwarding);
		}
		put_figures(j, f, &s->system[f].figures, M_COUNT);
	}
	json_key(j, "interfaces");
	json_open(j, '{');
	for (size_t i = 0; i < s->n_ifs; i++) {
		char name[ESCAPE_NAME_MAX];

		json_name(j, escape_name(name, sizeof(name), s->ifs[i].name, ESCAPE_UTF8));
		json_open(j, '{');
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
			put_figures(j, f, &s->ifs[i].figures[f], M_IF_COUNT);
		json_close(j, '}');
	}
	json_close(j, '}');
}

/* `error` is "" when nothing went wrong; s is NULL when there is no reading. */
static int make(struct output_document *d, const struct snapshot *s, const char *error)
{
	struct json j = {0};
	char escaped[1024];

	json_open(&j, '{');
	json_key(&j, "version");
	json_u64(&j, 1);
	json_key(&j, "error");
	json_u64(&j, *error ? 1 : 0);
	json_key(&j, "errorString");
	json_string(&j, escape_name(escaped, sizeof(escaped), error, ESCAPE_UTF8));
	json_key(&j, "data");
	json_open(&j, '{');
	if (s)
		put_data(&j, s);
	json_close(&j, '}');
	json_close(&j, '}');
	json_end(&j);
	if (j.failed) {
		free(j.text);
		return -ENOMEM;
	}
	*d = (struct output_document){j.text, j.size};
	return 0;
}

int out_librenms(struct output_document *d, const struct snapshot *s, const struct rates *rates,
		 const struct output_options *options)
{
	(void)rates;
	(void)options;
	return make(d, s, s->troubles ? s->trouble : "");
}

int out_librenms_failure(struct output_document *d, const char *why)
{
	return make(d, NULL, why);
}
