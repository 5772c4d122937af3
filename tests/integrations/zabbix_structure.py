# SPDX-License-Identifier: MIT
"""The structure of a Zabbix template: zabbix_structure.py 6.0|7.0 FILE <OIDS, or: same FILE FILE.

OIDS is what `snmptranslate -Tz` prints. Prints "ok NAME" or "not ok NAME: why" for each rule. With
"same", prints in what two forms of a template differ though they should not.
"""
import fnmatch
import re
import sys
import uuid

import yaml

KEY = re.compile(r"\(/+(?:[^/,()]+)?/((?:[^\[,()]|\[[^\]]*\])+)[,)]")
# What a form must and must not have: 7.0 has other names for it.
WIDGETS = {"6.0": {"ITEM", "GRAPH_CLASSIC", "GRAPH_PROTOTYPE"}, "7.0": {"item", "graph", "graphprototype", "svggraph"}}
COLUMNS = {"6.0": 24, "7.0": 72}
STEPS = {"6.0": {"CHECK_NOT_SUPPORTED", "CHANGE_PER_SECOND", "MULTIPLIER", "JAVASCRIPT", "DISCARD_UNCHANGED_HEARTBEAT"}}
STEPS["7.0"] = STEPS["6.0"] | {"SNMP_WALK_VALUE", "SNMP_WALK_TO_JSON", "IN_RANGE"}


def everything(node):
    """All mappings below a node."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from everything(child)


def load(path):
    export = yaml.safe_load(open(path))["zabbix_export"]
    (template,) = export["templates"]
    return export, template


def items_of(template):
    """All items and prototypes."""
    return template["items"] + [p for r in template["discovery_rules"] for p in r["item_prototypes"]]


class Check:
    def __init__(self, form, path, oids):
        self.form, self.oids, self.text = form, oids, open(path).read()
        self.export, self.template = load(path)
        self.items, self.rules = items_of(self.template), self.template["discovery_rules"]
        self.keys = [i["key"] for i in self.items] + [r["key"] for r in self.rules]
        self.masters = {i["key"]: i for i in self.items if i.get("snmp_oid", "").startswith("walk[")}
        nodes = list(everything(self.export))
        self.graphs = self.export["graphs"] + [g for r in self.rules for g in r.get("graph_prototypes", [])]
        self.triggers = self.export["triggers"] + [
            t for i in self.items + self.rules for kind in ("triggers", "trigger_prototypes") for t in i.get(kind, [])]
        self.uuids = [n["uuid"] for n in nodes if "uuid" in n]
        self.steps = [s for n in nodes for s in n.get("preprocessing", [])]

    def version(self):
        """the version, and what belongs to it"""
        yield self.export["version"] != self.form and "version"
        yield ("groups" in self.export) != (self.form == "6.0") and "groups"
        yield ("template_groups" in self.export) != (self.form == "7.0") and "template_groups"
        yield ("vendor" in self.template) != (self.form == "7.0") and "vendor"
        for step in self.steps:
            yield step["type"] not in STEPS[self.form] and f"step {step['type']}"
            if step["type"] == "CHECK_NOT_SUPPORTED":
                yield step["parameters"] != ["" if self.form == "6.0" else "-1"] and f"CHECK_NOT_SUPPORTED {step['parameters']}"
        for item in self.items + self.rules:
            kind, oid = item["type"], item.get("snmp_oid", "")
            yield kind not in ("SNMP_AGENT", "SNMP_TRAP", "CALCULATED", "DEPENDENT") and f"{item['key']}: {kind}"
            yield ("snmp_oid" in item) != (kind == "SNMP_AGENT") and f"{item['key']}: snmp_oid"
            yield ("master_item" in item) != (kind == "DEPENDENT") and f"{item['key']}: master_item"
            yield (kind in ("DEPENDENT", "SNMP_TRAP")) != (item["delay"] == "0") and f"{item['key']}: delay {item['delay']}"
            yield len(oid) > 512 and f"{item['key']}: OID too long"
            wanted = {"6.0": r"(discovery\[.*\]|[\d.]+(\.\{#SNMPINDEX\})?)", "7.0": r"(walk|get)\[[\d.,]+\]"}[self.form]
            yield oid and not re.fullmatch(wanted, oid) and f"{item['key']}: {oid}"
            yield kind == "DEPENDENT" and self.form == "6.0" and f"{item['key']}: dependent"
            if kind == "DEPENDENT":
                first = item["preprocessing"][0]
                yield item["master_item"]["key"] not in self.masters and f"{item['key']}: master"
                yield first["type"] != ("SNMP_WALK_TO_JSON" if item in self.rules else "SNMP_WALK_VALUE") and f"{item['key']}: {first['type']}"
        for item in self.masters.values():
            yield (item["value_type"], item["history"], item["trends"]) != ("TEXT", "0", "0") and f"{item['key']}: kept"

    def identifiers(self):
        """UUIDs are of version 4 and unique, keys too"""
        for text in self.uuids:
            yield not re.fullmatch(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", text) and f"UUID {text}"
            yield uuid.UUID(text).version != 4 and f"UUID {text}"
        for some in (self.uuids, self.keys, [g["name"] for g in self.graphs], [t["name"] for t in self.triggers]):
            yield from (s for s in set(some) if some.count(s) > 1)
        for key in self.keys:
            # Another template at the same host must not have the same key.
            yield not re.match(r"ipfw\.|snmptrap\[", key) and key
        for n in everything(self.template):
            for kind in ("items", "triggers", "discovery_rules", "item_prototypes", "trigger_prototypes", "graph_prototypes", "dashboards", "valuemaps"):
                yield from (f"{kind}: no UUID" for x in n.get(kind, []) if "uuid" not in x)

    def macros(self):
        """macros are defined, used and described"""
        defined = {m["macro"] for m in self.template["macros"]}
        rest = dict(self.template)
        del rest["macros"]
        used = yaml.safe_dump([rest, self.export["triggers"]], width=10**6)
        used = {f"{{${m}}}" for m in re.findall(r"\{\$([A-Z_.]+)(?::(?:[^{}]|\{#[A-Z]+\})*)?\}", used)}
        yield from (f"{m} is not defined" for m in used - defined)
        yield from (f"{m} is not used" for m in defined - used)
        yield from (f"{m['macro']} is not described" for m in self.template["macros"] if not m.get("description"))

    def lld_macros(self):
        """discovery macros are those that the rule makes"""
        for rule in self.rules:
            source = rule.get("snmp_oid", "") + str(rule["preprocessing"])
            made = set(re.findall(r"\{#[A-Z]+\}", source)) | {"{#SNMPINDEX}"}
            rest = {k: v for k, v in rule.items() if k not in ("preprocessing", "snmp_oid")}
            yield from set(re.findall(r"\{#[A-Z]+\}", str(rest))) - made
            for item in rule["item_prototypes"]:
                yield "{#" not in item["key"] and item["key"]

    def expressions(self):
        """triggers, formulas, graphs and widgets are about items that there are"""
        known = set(self.keys)
        for text in [t[e] for t in self.triggers for e in ("expression", "recovery_expression") if e in t]:
            keys = KEY.findall(text)
            yield not keys and f"no key in {text}"
            yield from (f"{k} in {text}" for k in keys if k not in known)
            yield from (f"template in {text}" for t in re.findall(r"\(/([^/]+)/", text) if t != self.template["template"])
        for item in self.items:
            keys = KEY.findall(item.get("params", ""))
            yield item["type"] == "CALCULATED" and not keys and f"no key in {item['params']}"
            for key in keys:
                key = re.sub(r"(\{#IFNAME\}),ipv[46]\]", r"\1,{#IPPROTO}]", key)
                yield key not in known and f"{key} in {item['params']}"
        for graph in self.graphs:
            yield from (f"{graph['name']}: {g['item']['key']}" for g in graph["graph_items"] if g["item"]["key"] not in known)
        names = {g["name"] for g in self.graphs}
        for node in everything(self.template["dashboards"]):
            value = node.get("value")
            if isinstance(value, dict):
                yield value.get("key", self.keys[0]) not in known and value["key"]
                yield value.get("name", self.graphs[0]["name"]) not in names and value["name"]
            if re.fullmatch(r"ds\.\d+\.items\.\d+", str(node.get("name"))):
                yield not any(fnmatch.fnmatchcase(i["name"], value) for i in self.items) and f"no item is like {value}"
        maps = {v["name"] for v in self.template["valuemaps"]}
        used = {i["valuemap"]["name"] for i in self.items if "valuemap" in i}
        yield maps != used and f"value maps {maps ^ used}"
        for rule in self.rules:
            for override in rule.get("overrides", []):
                for o in override["operations"]:
                    some = rule["item_prototypes" if o["operationobject"] == "ITEM_PROTOTYPE" else "graph_prototypes"]
                    yield sum(bool(re.search(o["value"], s["name"])) for s in some) != 1 and f"override {o['value']}"

    def mib(self):
        """OIDs are those of the MIB, in the tables that are meant"""
        yield len(self.oids) < 100 and "no MIB"
        texts = [i.get("snmp_oid", "") for i in self.items + self.rules]
        texts += [p for s in self.steps if s["type"].startswith("SNMP_WALK") for p in s["parameters"]]
        for text in texts:
            for oid in re.findall(r"\d+(?:\.\d+){5,}", text):
                name = self.oids.get(oid) or self.oids.get(oid.rpartition(".")[0]) or self.oids.get(re.sub(r"(\.\d+){2}$", "", oid))
                yield not name and f"{oid} is nowhere"
                yield name and not re.match("ipfw[A-Z]|ifAlias$", name) and f"{oid} is {name}"
        for item in self.items:
            where = item.get("snmp_oid") or str(item.get("preprocessing", ""))
            oid = re.search(r"((?:\d+\.){6,})(\d+|\{#SNMPINDEX\})", where)
            if item["type"] == "CALCULATED" or not oid or item["key"] in self.masters:
                continue
            key = item["key"].split("[")[0].split(".")[1:]
            if len(key) > 1 and key[1] in ("peak", "p95"):
                *way, noun = key[2:]
                unit = {"octets": "bps", "packets": "pps"}[noun]
                want = f"ipfwPeak{''.join(map(str.title, way))}{noun.replace('octets', 'Bit').replace('packets', 'Packet')}Rate{key[1][1:] * (key[1] == 'p95')}"
                # The system is the interface 0, its families are 1 and 2.
                row = {"system": f"{('', 'ipv4', 'ipv6').index(item['key'][-5:-1]) if key[0] == 'system' else ''}.0", "if": "{#SNMPINDEX}"}[key[0]]
                column = oid[0].removesuffix("." + row)
                yield self.oids.get(column) != want and f"{item['key']}: {oid[0]}, not {want}.{row}"
                steps = [(s["type"], s["parameters"]) for s in item["preprocessing"][1:]]
                yield steps != [("MULTIPLIER", ["1000"])] * (noun == "octets") and f"{item['key']}: {steps}"
                yield item.get("units") != unit and f"{item['key']}: units"
                continue
            name = self.oids.get(oid[1].rstrip("."), "")
            part = {"agent": "", "system": "System", "if": "If", "path": "Path", "drop": "Drop"}[item["key"].split(".")[1]]
            yield not name.startswith("ipfw" + part) and f"{item['key']}: {name}"
            if "forw." in item["key"] or re.search(r"\.(in|out)\.(octets|packets)\[", item["key"]):
                want = "ipfw" + part + "".join(p.title() for p in item["key"].split("[")[0].split(".")[2:])
                yield name != want and f"{item['key']}: {name}, not {want}"
            yield ("octets" in item["key"]) != (item.get("units") == "bps") and f"{item['key']}: units"
            if item.get("units") in ("bps", "pps"):
                steps = [(s["type"], s["parameters"]) for s in item["preprocessing"][1:]]
                want = [("CHANGE_PER_SECOND", [""])] + [("MULTIPLIER", ["8"])] * (item["units"] == "bps")
                want += [("IN_RANGE", ["0", "1000000000000" if item["units"] == "bps" else "10000000000"])] * (self.form == "7.0")
                yield steps != want and f"{item['key']}: {steps}"
                yield item.get("value_type") != "FLOAT" and f"{item['key']}: {item.get('value_type')}"
        for item in self.items if self.form == "7.0" else []:
            # A walk brings what its dependents ask for.
            if item["type"] == "DEPENDENT":
                roots = self.masters[item["master_item"]["key"]]["snmp_oid"][5:-1].split(",")
                oid = item["preprocessing"][0]["parameters"][0]
                yield not any(oid.startswith(r + ".") for r in roots) and f"{item['key']} is not in its walk"

    def guidelines(self):
        """names, tags and descriptions as Zabbix's guidelines want them"""
        yield not self.template["template"].endswith(" by SNMP") and self.template["template"]
        for item in self.items:
            tags = {t["tag"] for t in item["tags"]}
            yield "component" not in tags and f"{item['key']}: no component"
            yield "{#IFNAME}" in item["key"] and not {"interface", "description", "protocol"} <= tags and f"{item['key']}: tags"
            yield not item.get("description") and f"{item['key']}: no description"
        for trigger in self.triggers:
            yield "scope" not in {t["tag"] for t in trigger["tags"]} and f"{trigger['name']}: no scope"
            yield not trigger["name"].startswith("ipfwagent: ") and trigger["name"]
            yield bool(re.search(r"\{(HOST|ITEM)\.", trigger["name"])) and trigger["name"]
            yield not trigger.get("description") and f"{trigger['name']}: no description"
        yield self.template.get("templates") and "linked templates"

    def dashboards(self):
        """widgets lie within the grid and not on each other"""
        references = []
        for page in [p for d in self.template["dashboards"] for p in d["pages"]]:
            taken = set()
            for w in page["widgets"]:
                x, y, width, height = (int(w.get(k, d)) for k, d in (("x", 0), ("y", 0), ("width", 0), ("height", 2)))
                name = w.get("name") or str(w["fields"][-1]["value"])
                cells = {(i, j) for i in range(x, x + width) for j in range(y, y + height)}
                yield w["type"] not in WIDGETS[self.form] and f"{name}: {w['type']}"
                yield (not cells or x + width > COLUMNS[self.form] or y + height > 64) and f"{name} leaves the grid"
                yield bool(taken & cells) and f"{name} lies on another"
                taken |= cells
                fields = {f["name"]: f["value"] for f in w["fields"]}
                yield (self.form == "7.0") != any(f.endswith(".0") for f in fields) and f"{name}: {list(fields)}"
                references += [fields["reference"]] if "reference" in fields else []
        yield from (f"reference {r}" for r in set(references) if references.count(r) > 1 or not re.fullmatch("[A-Z]{5}", r))
        yield (self.form == "7.0") != bool(references) and "references"

    def run(self):
        rules = (self.version, self.identifiers, self.macros, self.lld_macros, self.expressions, self.mib, self.guidelines, self.dashboards)
        for rule in rules:
            wrong = [w for w in rule() if w]
            print(f"not {rule.__doc__}: {'; '.join(map(str, wrong))[:500]}" if wrong else f"ok {rule.__doc__}")


def differences(one, other):
    """What two forms do not have in common, but for how the values come in."""
    how = {"type", "snmp_oid", "delay", "master_item", "preprocessing", "vendor"}

    def told(path):
        export, template = load(path)
        for item in items_of(template):
            steps = [s for s in item.get("preprocessing", [])[1:] if s["type"] != "IN_RANGE"]
            yield item["key"], {**{k: v for k, v in item.items() if k not in how}, "steps": steps}
        for rule in template["discovery_rules"]:
            code = [s for s in rule["preprocessing"] if s["type"] == "JAVASCRIPT"]
            yield rule["key"], (code, rule["filter"], rule.get("overrides"), rule.get("graph_prototypes"),
                                rule.get("trigger_prototypes"), rule.get("status"))
        for part in ("triggers", "graphs"):
            yield part, export[part]
        for part in ("valuemaps", "uuid", "tags"):
            yield part, template[part]
        yield "macros", [m for m in template["macros"] if "DISCOVERY" not in m["macro"]]  # dependent rules have no interval

    one, other = dict(told(one)), dict(told(other))
    for told in (one, other):
        # Only here the forms differ: after a change of the source.
        for trigger in told["ipfw.agent.source"]["triggers"]:
            del trigger["description"]
    for key in one.keys() | other.keys():
        if one.get(key) != other.get(key) and not key.startswith("ipfw.walk."):
            print(f"{key}: {one.get(key)} / {other.get(key)}")


if __name__ == "__main__":
    if sys.argv[1] == "same":
        differences(*sys.argv[2:])
    else:
        Check(*sys.argv[1:], {oid: name for name, oid in re.findall(r'"(\S+)"\s+"([\d.]+)"', sys.stdin.read())}).run()
