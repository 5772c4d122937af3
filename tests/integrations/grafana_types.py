#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write a dashboard as TypeScript, which compiles if Grafana's schema has all that is in it: grafana_types.py FILE.json"""
import json
import sys

PANELS = {"timeseries": "TimeSeries", "stat": "Stat", "bargauge": "BarGauge", "table": "Table"}

dashboard = json.load(open(sys.argv[1], encoding="utf-8"))
print('import type * as g from "@grafana/schema";')
for kind, name in PANELS.items():
    print(f'import type * as {kind} from "@grafana/schema/dist/esm/raw/composable/{kind}/panelcfg/x/{name}PanelCfg_types.gen";')
print("""
// In JSON an enumeration is the text of its values.
type Json<T> = 0 extends 1 & T ? T : T extends string ? `${T}` : T extends (infer U)[] ? Json<U>[] :
	T extends object ? { [K in keyof T]: Json<T[K]> } : T;
type Of<Type, Options, Custom> = Omit<g.Panel, "type" | "options" | "fieldConfig"> & { type: Type; options: Options;
	fieldConfig: Omit<g.FieldConfigSource, "defaults"> & { defaults: Omit<g.FieldConfig, "custom"> & { custom?: Custom } } };
type Panel = Of<"timeseries", timeseries.Options, timeseries.FieldConfig> | Of<"table", table.Options, table.FieldConfig> |
	Of<"stat", stat.Options, {}> | Of<"bargauge", bargauge.Options, {}> | Omit<g.RowPanel, "type"> & { type: "row" };
""")
print("export const dashboard: Json<Omit<g.Dashboard, 'panels'> & { panels: Panel[] }> =", json.dumps(dashboard, indent=1) + ";")
# The schema leaves open what an override sets, though it is a member of the field's configuration.
fields = []
for panel in dashboard["panels"]:
    for override in panel.get("fieldConfig", {}).get("overrides", []):
        field = {"custom": {}}
        for p in override["properties"]:
            (field["custom"] if p["id"].startswith("custom.") else field)[p["id"].removeprefix("custom.")] = p["value"]
        fields.append(field)
print("type Field = Omit<g.FieldConfig, 'custom'> & { custom: timeseries.FieldConfig | table.FieldConfig };")
print("export const fields: Json<Field>[] =", json.dumps(fields, indent=1) + ";")
