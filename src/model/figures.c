/* SPDX-License-Identifier: MIT */
#include "model/figures.h"

enum quality figures_quality(const struct figures *f, uint32_t mask)
{
	if (!(f->known & mask))
		return QUALITY_UNAVAILABLE;
	return f->known & f->derived & mask ? QUALITY_DERIVED : QUALITY_EXACT;
}
