<?php

// SPDX-License-Identifier: MIT
// ipfwagent: what the system forwards, on average and in the highest second, in packets per second.

$ipfw_file = 'system';
$ipfw_unit = 'Packets per second';
$ipfw_factor = 1;
$ipfw_data = [
    ['out_forw_packets', 'forwarded', 'line'],
    ['out_forw_packets', 'forwarded, peak', 'peak', 'peaks'],
];

require __DIR__ . '/ipfw-common.inc.php';
