/* SPDX-License-Identifier: MIT */
/*
 * why: the reason for a failure, as a sentence for people; programs have the -errno.
 */
#ifndef IPFW_BASE_WHY_H
#define IPFW_BASE_WHY_H

/* A sentence without a full stop; it is cut at the end of the buffer. Begin with "". */
struct why {
	char text[256];
};

/*
 * Write the sentence, safe to print whatever it is given (escape_sentence()). Returns `error`
 * (-errno), so that a caller can return it at once.
 */
__attribute__((format(printf, 3, 4))) int why_set(struct why *why, int error, const char *fmt, ...);

/* The sentence is what the system says of that error, after "PREFIX: " unless that is NULL. */
int why_errno(struct why *why, int error, const char *prefix);

#endif
