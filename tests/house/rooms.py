"""The staircase: every module of the package, in the order in which one may read them."""

from __future__ import annotations

__all__ = ["ROOMS", "STAIRCASE"]

ROOMS = (
    ("", "errors folders nearest"),
    (
        "engine",
        "device environment facts indentation kinds mapped memory transcript called accumulation parts deeds "
        "contents seen swaps source cards columns compiling summaries values explanation outcome snapshot failure "
        "groups sharing changes attribution record guards kept learner execution stepping watch session",
    ),
    (
        "explain",
        "undisturbed wording torch_code untouched lookup bounds standins some_number calling formatting operators "
        "callee known_values evaluate locate rewrite case run_statement graph origins repeatable trial backward "
        "writing cuts history retyped mending marks table spelling class_text no_grad_yet sides losses dtypes "
        "invocation layers rebuild places rules_missing rules_product rules_product_dims rules_layer rules_broadcast "
        "rules_assign joined rules_join rules_join_list rules_conv rules_view rules_size rules_dim rules_index "
        "rules_index_kind rules_mask rules_embedding rules_einsum rules_square rules_backward rules_again "
        "rules_history rules_leaf rules_written rules_none rules_module rules_name rules_attribute rules_called "
        "rules_keyword rules_class rules_whole rules_optimizer rules_syntax rules_dtype rules_dtype_layer "
        "rules_device rules_no_device rules_scalar rules_format rules_truth rules_needs_float rules_needs_whole "
        "rules_cast rules_bce rules_numpy rules_np_call rules_array rules_array_kind rules_memory rules_make "
        "rules_classes rules explain signs noticed trap_shapes trap_training trap_nan traps",
    ),
    (
        "tutor",
        "lesson names own pristine stopping guard records review say verdict answers faults error_text "
        "progress stepping replay touched whole wording "
        "calling choices comments drawn compare details fences fence_slips look plaintext predict stage truth "
        "check_values check_function modules check_module check_trained liveness check_calls checks document "
        "frontmatter state "
        "grading steps walk parse reactions shadow packs shelf translate language catalog oracle orders rounds "
        "tutor attempts standing "
        "run mutate_rules mutate "
        "verify_isolate verify_promise verify_observe verify_report verify_words verify_taught verify_text "
        "verify_trial verify_task verify_translation verify "
        "template",
    ),
    ("screen", "line theme markdown printer tracebacks wrap pages prose xray explanation"),
    ("", "arguments config config_file"),
    (
        "shell",
        "recording telling units above bar colours complete_paths complete_rank complete_stubs complete_tokens "
        "context settings memory_held saving doctor_facts "
        "editing external_editor glossary_word history inspect_maths inspect_schema inspect_text interrupts "
        "parts_held "
        "lexer listing loader pipe prompt_loop reader script show signature_call signature_parse suggest trust "
        "typist "
        "offers blanks "
        "command_code command_entry command_lookup command_session command_system command_who complete_known "
        "complete_locals complete_place doctor_gather teaching pager command_explain glossary_card "
        "glossary_changes glossary_facts "
        "glossary_gradients glossary_modules inspect_docstring inspect_signature lesson plain signature_fit "
        "signature_line status command_table command_x command_device command_config command_record command_review "
        "command_progress "
        "command_history command_memory command_pip command_timeit startup complete_keys complete_names "
        "complete_returns inspect_page inspect_source doctor "
        "editor glossary inspect_object command_edit command_inspect commands pieces complete_commands "
        "complete_imports complete_infer keys signature_find command_help complete_keywords repl signature_watch "
        "completion command_keys signature_view complete_menu prompt readers program "
        "workers checking",
    ),
    ("", "cli __main__"),
)
"""(folder, its modules); "" is the top of the package. A new module gets its place here: it imports only from earlier
rooms, and in its own room only from modules that stand before it."""

STAIRCASE = [f"{room}.{name}".lstrip(".") for room, names in ROOMS for name in names.split()]
