//! Prompts: pieces of sales work that a user can start by name.

use rmcp::ErrorData;
use rmcp::model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role};
use serde_json::Value;

struct Argument {
    name: &'static str,
    about: &'static str,
    /// What stands for it where nobody says; it must be said where there is nothing.
    otherwise: Option<&'static str>,
}

struct Template {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    arguments: &'static [Argument],
    /// With `{name}` where arguments go.
    text: &'static str,
}

const fn needed(name: &'static str, about: &'static str) -> Argument {
    Argument { name, about, otherwise: None }
}

const fn optional(name: &'static str, about: &'static str, otherwise: &'static str) -> Argument {
    Argument { name, about, otherwise: Some(otherwise) }
}

const TEMPLATES: &[Template] = &[
    Template {
        name: "create-deal-workflow",
        title: "Create a deal",
        about: "Sets up a deal with its person, without making anybody twice.",
        arguments: &[
            needed("dealTitle", "What the deal is called"),
            needed("personName", "Whom it is with"),
            optional("personEmail", "The person's e-mail address", "not known"),
        ],
        text: "Set up the deal “{dealTitle}” with {personName} (e-mail: {personEmail}).\n\
            1. Call create_deal_with_contacts with dry_run: true and tell me what exists already and what would be new.\n\
            2. Ask me for value, currency, pipeline and expected close date where they are not clear.\n\
            3. After I agree, call it again without dry_run, and plan a first activity with activities_create.\n\
            Show the ids of everything you have made.",
    },
    Template {
        name: "sales-qualification",
        title: "Qualify a deal",
        about: "Judges whether a deal is worth more work, from what the CRM knows.",
        arguments: &[needed("dealId", "The id of the deal")],
        text: "Qualify deal {dealId}. Read it with deals_get (response_format: detailed), its history with deals_list_updates, its \
            activities with deals_list_activities and its people with deals_list_persons.\n\
            Answer: who decides, what need and budget are known, by when they want to buy, what speaks against it. \
            Say for each point what record it comes from, and what nobody has asked yet. \
            End with one advice: go on, find out more, or let it go, and the next activity you would plan. Change nothing.",
    },
    Template {
        name: "follow-up-sequence",
        title: "Plan follow-ups",
        about: "Plans the next touches of a deal over some days.",
        arguments: &[needed("dealId", "The id of the deal"), optional("days", "Over how many days", "7")],
        text: "Plan the follow-ups of deal {dealId} for the next {days} days. Read the deal, its last activities and its mail first.\n\
            Propose two to four activities with type, day, subject and one sentence of what to say, on working days only, none on a \
            day that has one for this deal already. After I agree, create them with activities_create and show their ids.",
    },
    Template {
        name: "weekly-pipeline-review",
        title: "Review the week",
        about: "Goes through the open deals and says what to do next.",
        arguments: &[],
        text: "Review my pipeline. Call pipeline_review, and deals_get_summary with status won and lost for comparison.\n\
            Report in this order: what closes this month and how sure it is, what rots or is stuck and why it might be, what has no next \
            activity. Name at most ten deals, with value and owner. End with a list of activities that you would plan; plan them only \
            after I agree.",
    },
    Template {
        name: "lost-deal-analysis",
        title: "Learn from lost deals",
        about: "Looks for reasons in the deals that were lost in a period.",
        arguments: &[needed("startDate", "The first day, YYYY-MM-DD"), needed("endDate", "The last day, YYYY-MM-DD")],
        text: "Analyse the deals lost from {startDate} to {endDate}. List deals with deals_list (status: lost, sort: update_time DESC) \
            as far as needed, with fields lost_time, lost_reason, value, stage_id, owner_id.\n\
            Group them by reason, by the stage they were lost in and by owner, with count and value. Say which reasons are missing or \
            too vague. End with three things that could be done differently, each with the numbers behind it. Change nothing.",
    },
    Template {
        name: "meeting-preparation",
        title: "Prepare a meeting",
        about: "One page to read before meeting the people of a deal.",
        arguments: &[needed("dealId", "The id of the deal")],
        text: "Prepare me for a meeting about deal {dealId}. Read the deal, its persons, its organization, the last notes and \
            activities, its products and its open files list.\n\
            Give me one page: where it stands, who is who, what was promised by whom, open questions, and a goal for the meeting.",
    },
    Template {
        name: "clean-up-contacts",
        title: "Find double contacts",
        about: "Finds persons or organizations that are there twice, and merges what the user picks.",
        arguments: &[needed("name", "A name, or a part of one")],
        text: "Find records that are probably the same as “{name}”, with persons_search and organizations_search. Compare address, \
            organization, phone, open deals and last change.\n\
            Propose pairs to merge and which one should stay. For each pair that I agree to, call the merge tool with dry_run: true, show \
            me what would happen, and merge only after I say so. In a merge the record of merge_with_id stays.",
    },
];

/// All prompts.
pub fn list() -> Vec<Prompt> {
    TEMPLATES
        .iter()
        .map(|template| {
            let arguments = template.arguments.iter().map(|argument| {
                PromptArgument::new(argument.name).with_description(argument.about).with_required(argument.otherwise.is_none())
            });
            Prompt::new(template.name, Some(template.about), Some(arguments.collect())).with_title(template.title)
        })
        .collect()
}

/// A prompt with its arguments filled in.
pub fn fill(name: &str, given: &JsonObject) -> Result<GetPromptResult, ErrorData> {
    let template = TEMPLATES.iter().find(|template| template.name == name);
    let template = template.ok_or_else(|| ErrorData::invalid_params(format!("there is no prompt {name:?}"), None))?;
    let mut text = template.text.to_owned();
    for argument in template.arguments {
        let value = match given.get(argument.name) {
            Some(Value::String(text)) if !text.trim().is_empty() => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => match argument.otherwise {
                Some(text) => text.to_owned(),
                None => return Err(ErrorData::invalid_params(format!("{} is required: {}", argument.name, argument.about), None)),
            },
        };
        text = text.replace(&format!("{{{}}}", argument.name), &value);
    }
    Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]).with_description(template.about))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_argument_of_a_prompt_is_used() {
        for template in TEMPLATES {
            for argument in template.arguments {
                assert!(template.text.contains(&format!("{{{}}}", argument.name)), "{}: {}", template.name, argument.name);
            }
        }
    }

    #[test]
    fn prompts_take_what_is_given_and_ask_for_what_is_not() {
        let mut given = JsonObject::new();
        given.insert("dealId".to_owned(), 7.into());
        let text = serde_json::to_string(&fill("follow-up-sequence", &given).unwrap()).unwrap();
        assert!(text.contains("deal 7 for the next 7 days"), "{text}");
        assert!(fill("follow-up-sequence", &JsonObject::new()).unwrap_err().message.contains("dealId is required"));
        assert!(fill("none", &given).is_err());
    }
}
