//! Where a field is shown, where it matters and where it must be filled: the three objects that v2 calls
//! `ui_visibility`, `important_fields` and `required_fields` (semantics.md 11.4).

use super::{FieldsOf, Required};
use crate::call::Call;
use crate::directory::Directory;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use penstock_model::{Field, Write};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The settings of one field, in the form in which they are kept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    pub add_visible_flag: bool,
    pub details_visible_flag: bool,
    pub projects_detail_visible_flag: bool,
    pub org_detail_visible_flag: bool,
    pub person_detail_visible_flag: bool,
    pub deal_detail_visible_flag: bool,
    /// The pipelines in which it is shown; `None` for all.
    pub pipelines: Option<Vec<i64>>,
    /// Its place in the dialogs that add a deal or a person, where it is shown there.
    pub add_deal_dialog: Option<i64>,
    pub add_person_dialog: Option<i64>,
    /// The stages at which it matters or must be filled: `None` for nowhere, an empty list for everywhere.
    pub important: Option<Vec<i64>>,
    pub required: Option<Vec<i64>>,
    /// The outcomes of deals for which it must be filled, by pipeline.
    pub statuses: BTreeMap<i64, Vec<String>>,
}

impl Settings {
    /// Those of a new custom field. v1 shows it in the dialog that adds a record, v2 does not.
    pub fn custom(add_visible_flag: bool) -> Self {
        Settings {
            add_visible_flag,
            details_visible_flag: true,
            projects_detail_visible_flag: false,
            org_detail_visible_flag: true,
            person_detail_visible_flag: false,
            deal_detail_visible_flag: false,
            pipelines: None,
            add_deal_dialog: None,
            add_person_dialog: None,
            important: None,
            required: None,
            statuses: BTreeMap::new(),
        }
    }

    /// Those of a built-in field that the company has not touched.
    pub fn built_in(field: &Field) -> Self {
        let taken_on_create = matches!(field.write_v1, Write::OnCreate | Write::Always);
        let required = field.required.then(Vec::new);
        Settings { required, ..Settings::custom(taken_on_create) }
    }

    /// Reads kept settings; `None` where nothing was set.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub fn to_text(&self) -> ApiResult<String> {
        serde_json::to_string(self).map_err(|error| ApiError::Internal(error.to_string()))
    }

    /// The same without stages and pipelines that were deleted since. A list that loses its last one means
    /// nowhere, not everywhere.
    pub fn live(mut self, directory: &Directory) -> Self {
        for stages in [&mut self.important, &mut self.required] {
            let had_some = stages.as_ref().is_some_and(|stages| !stages.is_empty());
            if let Some(list) = stages {
                list.retain(|stage| directory.live_stage(*stage).is_some());
            }
            if had_some && stages.as_ref().is_some_and(Vec::is_empty) {
                *stages = None;
            }
        }
        self.statuses.retain(|pipeline, _| directory.live_pipeline(*pipeline).is_some());
        if let Some(pipelines) = &mut self.pipelines {
            pipelines.retain(|pipeline| directory.live_pipeline(*pipeline).is_some());
        }
        self
    }

    fn shows_in(&self, pipeline: i64) -> bool {
        self.pipelines.as_ref().is_none_or(|pipelines| pipelines.contains(&pipeline))
    }

    /// Takes over what the body of a v2 request says; parts that it leaves out stay. `code` is the field's.
    pub fn apply(&mut self, call: &Call, of: &FieldsOf, code: &str) -> ApiResult<()> {
        if let Some(given) = object(call.body.get("ui_visibility"), "ui_visibility")? {
            self.apply_visibility(call, of, code, given)?;
        }
        if let Some(given) = object(call.body.get("important_fields"), "important_fields")? {
            apply_stages(&mut self.important, given, "important_fields")?;
        }
        if let Some(given) = object(call.body.get("required_fields"), "required_fields")? {
            apply_stages(&mut self.required, given, "required_fields")?;
            if let Some(given) = given.get("statuses").filter(|_| of.required == Required::AtStages) {
                self.statuses = statuses(&call.directory, given)?;
            }
        }
        self.check(&call.directory)
    }

    fn apply_visibility(&mut self, call: &Call, of: &FieldsOf, code: &str, given: &Map<String, Value>) -> ApiResult<()> {
        for key in of.visibility {
            let Some(value) = given.get(*key) else { continue };
            let path = format!("ui_visibility.{key}");
            match *key {
                "show_in_pipelines" => self.apply_pipelines(&call.directory, value, &path)?,
                "show_in_add_deal_dialog" => {
                    let last = last_place(&call.directory, of, |settings| settings.add_deal_dialog);
                    apply_dialog(&mut self.add_deal_dialog, value, &path, last)?;
                }
                "show_in_add_person_dialog" => {
                    let last = last_place(&call.directory, of, |settings| settings.add_person_dialog);
                    apply_dialog(&mut self.add_person_dialog, value, &path, last)?;
                }
                _ => {
                    if let Some(flag) = self.flag_mut(key) {
                        *flag = boolean(value, &path)?;
                    }
                }
            }
        }
        if !self.add_visible_flag && of.always_added.contains(&code) {
            return Err(ApiError::invalid_key("ui_visibility.add_visible_flag", "cannot be false for this field"));
        }
        Ok(())
    }

    fn flag_mut(&mut self, key: &str) -> Option<&mut bool> {
        Some(match key {
            "add_visible_flag" => &mut self.add_visible_flag,
            "details_visible_flag" => &mut self.details_visible_flag,
            "projects_detail_visible_flag" => &mut self.projects_detail_visible_flag,
            "org_detail_visible_flag" => &mut self.org_detail_visible_flag,
            "person_detail_visible_flag" => &mut self.person_detail_visible_flag,
            "deal_detail_visible_flag" => &mut self.deal_detail_visible_flag,
            _ => return None,
        })
    }

    fn apply_pipelines(&mut self, directory: &Directory, value: &Value, path: &str) -> ApiResult<()> {
        let Some(given) = value.as_object() else { return Err(not_a(path, "object")) };
        let all = given.get("show_in_all").map(|value| boolean(value, path)).transpose()?;
        let named = given.get("pipeline_ids").map(|value| ids(value, path)).transpose()?;
        for pipeline in named.iter().flatten() {
            if directory.live_pipeline(*pipeline).is_none() {
                return Err(ApiError::invalid_key(path, &format!("pipeline {pipeline} not found")));
            }
        }
        match (all, named) {
            (Some(true), _) => self.pipelines = None,
            (Some(false), named) => self.pipelines = Some(named.or_else(|| self.pipelines.take()).unwrap_or_default()),
            (None, Some(named)) if self.pipelines.is_some() => self.pipelines = Some(named),
            // The pipelines are only used where not all are meant.
            (None, _) => {}
        }
        Ok(())
    }

    /// Stages must be there, in pipelines that show the field.
    fn check(&self, directory: &Directory) -> ApiResult<()> {
        for (key, stages) in [("important_fields", &self.important), ("required_fields", &self.required)] {
            for id in stages.iter().flatten() {
                match directory.live_stage(*id) {
                    None => return Err(ApiError::invalid_key(key, &format!("stage {id} not found"))),
                    Some(stage) if !self.shows_in(stage.pipeline) => {
                        return Err(ApiError::invalid_key(key, &format!("stage {id} is in a pipeline that does not show the field")));
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }

    /// Writes one of the three objects by its name, with the keys that fields of this entity have.
    pub fn write(&self, json: &mut Json, of: &FieldsOf, name: &str) {
        json.key(name);
        json.begin_object();
        match name {
            "ui_visibility" => of.visibility.iter().for_each(|key| self.write_visibility(json, key)),
            "important_fields" => write_stages(json, &self.important, true),
            _ => {
                write_stages(json, &self.required, of.required == Required::AtStages);
                if of.required == Required::AtStages {
                    self.write_statuses(json);
                }
            }
        }
        json.end_object();
    }

    fn write_visibility(&self, json: &mut Json, key: &str) {
        match key {
            "show_in_pipelines" => self.write_pipelines(json),
            "show_in_add_deal_dialog" => write_dialog(json, key, self.add_deal_dialog),
            "show_in_add_person_dialog" => write_dialog(json, key, self.add_person_dialog),
            _ => {
                json.key(key);
                json.bool(self.flag(key));
            }
        }
    }

    fn flag(&self, key: &str) -> bool {
        match key {
            "add_visible_flag" => self.add_visible_flag,
            "details_visible_flag" => self.details_visible_flag,
            "projects_detail_visible_flag" => self.projects_detail_visible_flag,
            "org_detail_visible_flag" => self.org_detail_visible_flag,
            "person_detail_visible_flag" => self.person_detail_visible_flag,
            _ => self.deal_detail_visible_flag,
        }
    }

    /// `"show_in_pipelines":{…}`, alike in both versions.
    pub fn write_pipelines(&self, json: &mut Json) {
        json.key("show_in_pipelines");
        json.begin_object();
        json.key("show_in_all");
        json.bool(self.pipelines.is_none());
        json.key("pipeline_ids");
        write_ids(json, self.pipelines.as_deref().unwrap_or_default());
        json.end_object();
    }

    fn write_statuses(&self, json: &mut Json) {
        json.key("statuses");
        json.begin_object();
        for (pipeline, statuses) in &self.statuses {
            json.key(&pipeline.to_string());
            json.begin_array();
            statuses.iter().for_each(|status| json.string(status));
            json.end_array();
        }
        json.end_object();
    }
}

fn not_a(path: &str, wanted: &str) -> ApiError {
    ApiError::invalid_key(path, &format!("The value is not a valid '{wanted}'"))
}

fn object<'a>(value: Option<&'a Value>, key: &str) -> ApiResult<Option<&'a Map<String, Value>>> {
    value.map(|value| value.as_object().ok_or_else(|| not_a(key, "object"))).transpose()
}

fn boolean(value: &Value, path: &str) -> ApiResult<bool> {
    value.as_bool().ok_or_else(|| not_a(path, "boolean"))
}

fn ids(value: &Value, path: &str) -> ApiResult<Vec<i64>> {
    let items = value.as_array().ok_or_else(|| not_a(path, "array"))?;
    let mut ids: Vec<i64> = items.iter().map(|item| item.as_i64().ok_or_else(|| not_a(path, "number"))).collect::<ApiResult<_>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn apply_stages(stages: &mut Option<Vec<i64>>, given: &Map<String, Value>, path: &str) -> ApiResult<()> {
    let enabled = given.get("enabled").map(|value| boolean(value, path)).transpose()?;
    let named = given.get("stage_ids").map(|value| ids(value, path)).transpose()?;
    if !enabled.unwrap_or(stages.is_some()) {
        *stages = None;
    } else {
        *stages = Some(named.or_else(|| stages.take()).unwrap_or_default());
    }
    Ok(())
}

fn statuses(directory: &Directory, given: &Value) -> ApiResult<BTreeMap<i64, Vec<String>>> {
    const PATH: &str = "required_fields.statuses";
    let given = given.as_object().ok_or_else(|| not_a(PATH, "object"))?;
    let mut statuses = BTreeMap::new();
    for (key, words) in given {
        let pipeline = key.parse().ok().filter(|id| directory.live_pipeline(*id).is_some());
        let pipeline = pipeline.ok_or_else(|| ApiError::invalid_key(PATH, &format!("pipeline {key} not found")))?;
        let words = words.as_array().ok_or_else(|| not_a(PATH, "array"))?;
        let known = |word: &Value| word.as_str().filter(|word| ["won", "lost"].contains(word)).map(str::to_owned);
        let words = words.iter().map(|word| known(word).ok_or_else(|| ApiError::invalid_key(PATH, "must be won or lost")));
        statuses.insert(pipeline, words.collect::<ApiResult<_>>()?);
    }
    Ok(statuses)
}

/// The place follows from the flag: the next free one where the field begins to be shown, none where it is not.
fn apply_dialog(place: &mut Option<i64>, value: &Value, path: &str, last: i64) -> ApiResult<()> {
    let Some(given) = value.as_object() else { return Err(not_a(path, "object")) };
    match given.get("show").map(|value| boolean(value, path)).transpose()? {
        Some(true) => *place = Some(place.unwrap_or(last + 1)),
        Some(false) => *place = None,
        None => {}
    }
    Ok(())
}

fn last_place(directory: &Directory, of: &FieldsOf, place: fn(&Settings) -> Option<i64>) -> i64 {
    let settings = directory.fields_of(of.entity.name).iter().filter_map(|field| field.settings.as_ref());
    settings.filter_map(place).max().unwrap_or(0)
}

fn write_ids(json: &mut Json, ids: &[i64]) {
    json.begin_array();
    ids.iter().for_each(|id| json.int(*id));
    json.end_array();
}

fn write_stages(json: &mut Json, stages: &Option<Vec<i64>>, with_ids: bool) {
    json.key("enabled");
    json.bool(stages.is_some());
    if with_ids {
        json.key("stage_ids");
        write_ids(json, stages.as_deref().unwrap_or_default());
    }
}

fn write_dialog(json: &mut Json, key: &str, place: Option<i64>) {
    json.key(key);
    json.begin_object();
    json.key("show");
    json.bool(place.is_some());
    json.key("order");
    json.int_or_null(place);
    json.end_object();
}
