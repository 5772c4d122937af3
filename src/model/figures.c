/* SPDX-License-Identifier: MIT */
#include "model/figures.h"

enum quality figures_quality(const struct figures *f, uint32_t mask)
{
	if (!(f->known & mask))
		return QUALITY_UNAVAILABLE;
	if (f->known & f->bypassed & mask)
		return QUALITY_BYPASSED;
	return f->known & f->derived & mask ? QUALITY_DERIVED : QUALITY_EXACT;
}
