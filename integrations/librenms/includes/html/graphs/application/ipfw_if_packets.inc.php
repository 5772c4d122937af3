<?php

// SPDX-License-Identifier: MIT
// ipfwagent: what an interface receives (up) and sends (down), in packets per second.

$ipfw_file = 'if';
$ipfw_unit = 'Packets per second';
$ipfw_factor = 1;
$ipfw_data = [
    ['in_packets', 'received', 'area'],
    ['out_packets', 'sent', 'below'],
];

require __DIR__ . '/ipfw-common.inc.php';
