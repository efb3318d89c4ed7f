"""Chat templates as people write them, one in the manner of each family, all of our own making and all harmless."""

from __future__ import annotations

CHATS: dict[str, str] = {
    "markers around every turn": """{% for turn in messages %}{{ '<|start|>' + turn['role'] + '\n' + turn['content'] + '<|stop|>\n' }}{% endfor %}
{% if add_generation_prompt %}{{ '<|start|>assistant\n' }}{% endif %}""",
    "a system turn of its own": """{%- if messages[0].role == 'system' -%}
{%- set system = messages[0].content -%}{%- set rest = messages[1:] -%}
{%- else -%}{%- set system = 'Be of help.' -%}{%- set rest = messages -%}{%- endif -%}
{{- bos_token ~ '<<S>>' ~ system ~ '<</S>>' -}}
{%- for m in rest -%}{{- '[' ~ m.role | upper ~ '] ' ~ m.content | trim -}}{%- endfor -%}""",
    "turns that have to alternate": """{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('Turns have to be of user and assistant by turns.') }}{% endif %}
{% if message['role'] == 'user' %}{{ '[I] ' + message['content'].strip() + ' [/I]' }}
{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'].strip() + eos_token }}{% else %}
{{ raise_exception('No such role: ' ~ message['role']) }}{% endif %}{% endfor %}""",
    "roles under other names": """{% set names = {'user': 'Human', 'assistant': 'Machine', 'system': 'Rules'} %}
{% for m in messages %}{{ '\n\n' ~ names[m.role] ~ ': ' ~ m.content }}{% endfor %}{% if add_generation_prompt %}{{ '\n\nMachine:' }}{% endif %}""",
    "tools as JSON": """{%- if tools %}{{- '<tools>\n' }}{%- for tool in tools %}{{- tool | tojson(indent=2) }}{{- '\n' }}{%- endfor %}{{- '</tools>' }}{%- endif %}
{%- for m in messages %}{{- m.content if m.content is string else '' }}
{%- for call in m.tool_calls or [] %}{%- set f = call.function if call.function is defined else call %}
{{- '<call>{"name": "' + f.name + '", "arguments": ' + (f.arguments if f.arguments is string else f.arguments | tojson) + '}</call>' }}
{%- endfor %}{%- endfor %}""",
    "answers of tools in one turn": """{%- for m in messages %}{%- if m.role == "tool" %}
{%- if loop.first or messages[loop.index0 - 1].role != "tool" %}{{- '<|start|>user' }}{%- endif %}
{{- '\n<answer>\n' + m.content + '\n</answer>' }}
{%- if loop.last or messages[loop.index0 + 1].role != "tool" %}{{- '<|stop|>\n' }}{%- endif %}{%- endif %}{%- endfor %}""",
    "thoughts that are left out": """{%- set ns = namespace(last=0) %}{%- for m in messages[::-1] %}
{%- if m.role == 'user' and not ns.last %}{%- set ns.last = messages | length - loop.index0 %}{%- endif %}{%- endfor %}
{%- for m in messages %}{%- set content = m.content or '' %}{%- if '</think>' in content %}
{%- set thought = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
{%- set content = content.split('</think>')[-1].lstrip('\n') %}{%- endif %}
{{- '<think>' ~ thought ~ '</think>' if loop.index > ns.last and thought is defined }}{{- content }}{%- endfor %}
{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\n\n</think>' }}{%- endif %}""",
    "pictures among the text": """{% set pictures = namespace(value=0) %}{% for message in messages %}<|{{ message['role'] }}|>
{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}
{% if part['type'] == 'image' or 'image_url' in part %}{% set pictures.value = pictures.value + 1 %}Picture {{ pictures.value }}: <|picture|>
{% elif 'text' in part %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}{% endfor %}""",
    "types of parameters by a macro": """{%- macro kind(spec) -%}{%- set plain = {"string": "str", "integer": "int", "boolean": "bool"} -%}
{%- if plain[spec.type] is defined -%}{{- plain[spec.type] -}}{%- elif spec.type == "array" -%}{{- "list[" + kind(spec['items']) + "]" -}}
{%- elif spec.type is iterable and spec.type is not string -%}{%- for one in spec.type -%}{{- kind({"type": one}) -}}{{- ", " if not loop.last -}}{%- endfor -%}
{%- else -%}Any{%- endif -%}{%- endmacro -%}
{%- for tool in tools -%}{%- for name, spec in tool.parameters.properties | items -%}{{- name + ": " + kind(spec) + '\n' -}}{%- endfor -%}{%- endfor -%}""",
    "parameters as elements": """{% macro others(thing, known) %}{% for key in thing if key not in known %}
{% if thing[key] is mapping %}{{ '<' ~ key ~ '>' ~ (thing[key] | tojson | safe) ~ '</' ~ key ~ '>' }}{% else %}{{ '<' ~ key ~ '>' ~ thing[key] | string }}{% endif %}
{% endfor %}{% endmacro %}{% if tools is not defined %}{% set tools = [] %}{% endif %}
{% for tool in tools %}{{ others(tool, ['type', 'name']) }}{% for p, fields in tool.parameters.properties.items() %}{{ others(fields, ['type']) }}{% endfor %}{% endfor %}""",
    "a date": """{%- if not date_string is defined %}{%- if strftime_now is defined %}{%- set date_string = strftime_now("%d %b %Y") %}
{%- else %}{%- set date_string = "26 Jul 2024" %}{%- endif %}{%- endif %}{{- "Today is " + date_string }}""",
    "channels": """{%- for m in messages -%}{%- if m.thinking is defined -%}{{- "<|channel|>analysis" ~ m.thinking -}}{%- endif -%}
{{- "<|channel|>" ~ (m.channel or 'final') ~ "<|message|>" ~ m.content ~ "<|end|>" -}}{%- endfor -%}
{{- "Reasoning: " + (reasoning_effort if reasoning_effort is defined else "medium") -}}""",
    "what the model said is marked": """{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{{ eos_token }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}""",
    "a loop that is left early": """{% for m in messages %}{% if m.role == 'stop' %}{% break %}{% endif %}{% if not m.content %}{% continue %}{% endif %}{{ m.content }}{% endfor %}""",
    "documents to cite": """{% for d in documents %}{{ '\nDocument: ' ~ loop.index0 }}{% for key, value in d.items() %}{{ '\n' ~ key ~ ': ' ~ value }}{% endfor %}{% endfor %}
{{ messages[-1]['content'] | default('', true) }}""",
    "fields in their order": """{% for t in tools %}{% for k, v in t.parameters.properties | dictsort %}{{ k }}={{ v.type | default("any") | upper }};{% endfor %}{% endfor %}""",
    "parts that are picked": """{% for m in messages %}{% for p in m['content'] | selectattr('type', 'equalto', 'image') %}<image>{% endfor %}
{{ m['content'] | selectattr('type', 'equalto', 'text') | map(attribute='text') | join('\n') }}{% endfor %}""",
    "parts that are dropped": """{{ messages | rejectattr('role', 'equalto', 'system') | map(attribute='content') | join(eos_token) }}{{ tools | map('tojson') | join(',\n') }}""",
    "an enumeration": """{% for t in tools %}{{ loop.index ~ '. ' ~ t.name }}{{ ', ' if not loop.last else '.' }}{% endfor %}{{ (tools | length) ~ ' in all' }}""",
    "a length that is formatted": """{{ '%s: %s' | format(messages[0].role, messages[0].content) }}{{ '{} of {}'.format(1, messages | length) }}{{ "%d turns" % (messages | length) }}""",
    "who speaks to whom": """{%- for m in messages -%}{{- '<' ~ m.role ~ ('' if not m.name else ' name="' ~ m.name ~ '"') ~ '>' -}}{{- m.content -}}{%- endfor -%}""",
    "ids by counting": """{%- set n = namespace(i=0, ids=[]) -%}{%- for m in messages -%}{%- for c in m.tool_calls or [] -%}
{%- set _ = n.ids.append('functions.' + c.function.name + ':' + n.i | string) -%}{%- set n.i = n.i + 1 -%}{{- n.ids[-1] -}}{%- endfor -%}
{%- if m.role == 'tool' and n.ids -%}{{- n.ids.pop(0) -}}{%- endif -%}{%- endfor -%}""",
    "turns by number": """{% for i in range(messages | length) %}{{ '[Round ' ~ (i // 2 + 1) ~ ']' if i % 2 == 0 }}{{ messages[i].content }}{% endfor %}""",
    "the last question": """{% set last = namespace(at=-1) %}{% for i in range(messages | length - 1, -1, -1) %}{% if messages[i].role == 'user' and last.at == -1 %}
{% set last.at = i %}{% endif %}{% endfor %}{{ messages[last.at].content }}{{ messages[last.at + 1].content if last.at + 1 < messages | length }}""",
    "several things at once": """{% set role, text = messages[0].role, messages[0].content %}{{ role }}: {{ text }}
{% for label, key in [("From", "role"), ("Says", "content")] %}{{ label ~ ': ' ~ messages[0][key] }}{% endfor %}""",
    "text in a block": """{% set head %}You are {{ model_identity | default('a model') }}.{% endset %}{{ head | trim }}{% filter trim %} {{ messages[0].content }} {% endfilter %}""",
    "names that are scoped": """{% with user = messages[-1], sep = '\n' %}{{ user.content.replace(sep, ' ') }}{% endwith %}""",
    "a call block": """{% macro framed(tag) %}<{{ tag }}>{{ caller() }}</{{ tag }}>{% endmacro %}{% call framed('turn') %}{{ messages[0].content }}{% endcall %}""",
    "lists put together": """{% set ns = namespace(seen=[]) %}{% for t in tools %}{% set space = t.name.split('.')[0] %}{% if space not in ns.seen %}
{% set ns.seen = ns.seen + [space] %}{% endif %}{% endfor %}{% for s in ns.seen %}{{ descriptions[s] if s in descriptions else '' }}{% endfor %}""",
    "a message that is made": """{% if messages[0].role != 'system' %}{% set messages = [{'role': 'system', 'content': 'Be of help.'}] + messages %}{% endif %}
{% for m in messages %}{{ m['role'] ~ m['content'] }}{% endfor %}""",
    "safe and escaped": """{{ messages[0].content | replace('&', '&amp;') | replace('"', '&quot;') | e | safe }}{{ messages[0].content | capitalize }}{{ [1, 2] | sum }}""",
    "arguments one by one": """{% for c in messages[-1].tool_calls %}{% set arguments = c.arguments | from_json if c.arguments is string else c.arguments %}
{% for name, value in arguments.items() %}<{{ name }}>{{ value if value is string else value | tojson(ensure_ascii=False) }}</{{ name }}>{% endfor %}{% endfor %}""",
    "no words at all": "",
    "words alone": "A prompt. {# with a remark #}",
    "raw": "{% raw %}{{ x.__class__ }}{% endraw %}",
}
