/* SPDX-License-Identifier: MIT */
/*
 * results: what came out, as plain data, and as a document.
 */
#ifndef IPFW_SELFTEST_RESULTS_H
#define IPFW_SELFTEST_RESULTS_H

#include <sys/utsname.h>

#include "output/output.h"
#include "selftest/cost.h"
#include "selftest/ways.h"
#include "selftest/witness.h"

enum verdict { VERDICT_OK, VERDICT_DIFFERS, VERDICT_IMPOSSIBLE, VERDICTS };
extern const char *const results_verdicts[VERDICTS];

/* What one witness says of one way of sending. */
struct result {
	enum verdict verdict;
	struct why why; /* it is not possible here */
	struct difference differences[COUNTS_DIFFERENCES];
	unsigned n_differences; /* in all; only the first are there */
};

/* One way of sending, in one family. */
struct check {
	const char *name;
	enum family family;
	struct amount sent; /* both directions together */
	struct result of[WITNESSES];
};

#define CHECKS (WAYS * 2)

struct results {
	struct utsname kernel;
	struct {
		bool works;
		struct why why; /* as in struct witness */
	} witnesses[WITNESSES];
	struct check checks[CHECKS];
	struct cost cost;
};

/* Whether anybody counted something else than what was sent. */
bool results_differ(const struct results *r);

/* Write the document. Returns 0 or -errno. */
int results_text(struct output_document *d, const struct results *r);
int results_json(struct output_document *d, const struct results *r,
		 const struct output_options *options);

#endif
