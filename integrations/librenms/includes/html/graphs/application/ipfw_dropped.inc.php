<?php

// SPDX-License-Identifier: MIT
// ipfwagent: packets that came in and were dropped, and those of them that filters refused.

$ipfw_file ??= 'system';
$ipfw_unit = 'Packets per second';
$ipfw_factor = 1;
$ipfw_data = [
    ['dropped_packets', 'dropped', 'line', 'losses'],
    ['refused_packets', 'refused', 'line', 'losses'],
];

require __DIR__ . '/ipfw-common.inc.php';
