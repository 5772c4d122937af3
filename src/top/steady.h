/* SPDX-License-Identifier: MIT */
/*
 * steady: rows in the order of what moves, that change places only when they have to.
 */
#ifndef IPFW_TOP_STEADY_H
#define IPFW_TOP_STEADY_H

#include <stddef.h>

struct steady {
	double moved;  /* >= 0 */
	size_t place;  /* in the order before; SIZE_MAX: it was not there */
	size_t number; /* of the row; new ones come in this order */
};

/*
 * Sort them by `moved`, most first; but a row stays before one that exceeds it by no more than an
 * eighth, if it was before it. No memory ends the program.
 */
void steady_order(struct steady *rows, size_t n);

#endif
