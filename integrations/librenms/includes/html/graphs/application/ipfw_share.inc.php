<?php

// SPDX-License-Identifier: MIT
// ipfwagent: how much of what the system forwards is IPv6.

$scale_min = 0;
$scale_max = 100;
if (isset($graph_params)) { // newer versions of LibreNMS
    $graph_params->scale_min = 0;
    $graph_params->scale_max = 100;
}

$ipfw_file = 'system';
$ipfw_unit = 'Percent';
$ipfw_factor = 1;
$ipfw_data = [
    ['out_forw_octets', 'bytes', 'share'],
    ['out_forw_packets', 'packets', 'share'],
];

require __DIR__ . '/ipfw-common.inc.php';
