<?php

// SPDX-License-Identifier: MIT
// ipfwagent: why packets were dropped: how far they had come, and the kernel's reason. All that were
// seen so far, each on top of the one before.

$ipfw_file ??= 'system';
$ipfw_unit = 'Packets per second';
$ipfw_factor = 1;
$ipfw_data = array_map(fn ($reason) => ['packets', strtr($reason, '-', ' '), 'stack', 'drops', $reason], $app->data['reasons'] ?? []);

require __DIR__ . '/ipfw-common.inc.php';
