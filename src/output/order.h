/* SPDX-License-Identifier: MIT */
/*
 * order: in which order text shows interfaces, paths and drops.
 */
#ifndef IPFW_OUTPUT_ORDER_H
#define IPFW_OUTPUT_ORDER_H

#include "output/output.h"

/*
 * The numbers of the rows, in the order that the options ask for; with `rates`, by what passed in
 * the interval. Drops come with the most packets first unless another order is asked for. The
 * caller frees it; no memory ends the program.
 */
size_t *order_ifs(const struct snapshot *s, const struct rates *rates,
		  const struct output_options *options);
size_t *order_paths(const struct snapshot *s, const struct rates *rates,
		    const struct output_options *options);
size_t *order_drops(const struct snapshot *s, const struct rates *rates,
		    const struct output_options *options);

#endif
