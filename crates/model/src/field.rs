use crate::Entity;
use std::marker::PhantomData;

/// What a field holds. Decides how it is read from a request, kept, sorted and written in both versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Id,
    Int,
    /// A whole number from 0 to 100.
    Percent,
    /// A number of linked things; where nothing was ever counted it is zero.
    Count,
    /// An exact amount, kept in ten-thousandths.
    Money,
    Bool,
    /// A flag that requests of both versions write as 0 or 1.
    Switch,
    /// At most so many characters.
    Text(u32),
    /// One word of a fixed list.
    Choice(&'static [&'static str]),
    /// An ISO 4217 code.
    Currency,
    Time,
    /// A time that answers show with its milliseconds.
    Moment,
    Date,
    /// A stored time shown as the calendar day in the zone of the caller.
    LocalDate,
    /// The address that files copied mail under a record.
    SmartBcc,
    User,
    Person,
    Organization,
    Deal,
    /// The UUID of a lead.
    Lead,
    /// The picture of the record itself.
    Picture,
    Product,
    Activity,
    Project,
    Task,
    Stage,
    Pipeline,
    /// A board of projects.
    Board,
    /// A phase of a board.
    Phase,
    /// A template of projects.
    Template,
    /// Ids of one kind, kept as a JSON list. The store keeps a link for each, by which the record is found.
    List(&'static Kind),
    /// 1, 3, 5 or 7 (semantics.md 8.1).
    Visibility,
    /// Ids of options of this very field, kept as a JSON list.
    Labels,
    /// The id of one option of this very field.
    Choosable,
    /// The same for the category of a product, which answers show as text (semantics.md 17.1).
    Category,
    /// Prices in different currencies: a JSON list.
    Prices,
    /// E-mails, phones, messengers: a JSON list of `{value, label, primary}`.
    Contacts,
    /// A JSON object of `value` and address components.
    Address,
    /// Custom field values: a JSON object from field code to value, only set ones.
    Custom,
    /// JSON that is only passed through.
    Json,
}

/// Where the value of a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A column of the entity's own table.
    Row,
    /// A column of the table of totals.
    Totals,
    /// A column of the totals of the organization that the record belongs to.
    Related,
    /// Another column of the same row, shown in its own way.
    Computed,
    /// Nowhere: the field belongs to a feature that Penstock does not have, and is always empty.
    Nowhere,
}

/// When a version of the API shows a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    Always,
    /// Only when `include_fields` names it.
    OnRequest,
    Never,
}

/// When a version of the API takes a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    Never,
    OnCreate,
    OnUpdate,
    Always,
}

/// One row of the field table.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The numeric id under which v1 lists the field; fixed for life, because filters keep it.
    pub number: u16,
    /// The key in v2, which is also the column.
    pub key: &'static str,
    /// The key in v1.
    pub v1_key: &'static str,
    /// The name people read.
    pub name: &'static str,
    pub kind: Kind,
    /// The type that the field lists report.
    pub field_type: &'static str,
    pub place: Place,
    /// The column that the value is taken from.
    pub column: &'static str,
    pub v1: Show,
    pub v2: Show,
    pub write_v1: Write,
    pub write_v2: Write,
    /// A create must give it.
    pub required: bool,
    /// Null is refused where the field can be written.
    pub not_null: bool,
    pub sort_v1: bool,
    pub sort_v2: bool,
    pub searchable: bool,
    /// Whether a change is worth a row of the changelog.
    pub logged: bool,
    /// Whether the field lists of v1 and v2 show it.
    pub listed_v1: bool,
    pub listed_v2: bool,
}

impl Field {
    /// A stored field, shown by both versions, written by none, sortable in v1.
    pub const fn new(number: u16, key: &'static str, name: &'static str, kind: Kind) -> Self {
        Field {
            number,
            key,
            v1_key: key,
            name,
            kind,
            field_type: default_type(kind),
            place: Place::Row,
            column: key,
            v1: Show::Always,
            v2: Show::Always,
            write_v1: Write::Never,
            write_v2: Write::Never,
            required: false,
            not_null: false,
            sort_v1: true,
            sort_v2: false,
            searchable: false,
            logged: false,
            listed_v1: true,
            listed_v2: true,
        }
    }

    /// A number that derives from other records; v2 shows it on request.
    pub const fn total(number: u16, key: &'static str, name: &'static str, kind: Kind) -> Self {
        let mut field = Field::new(number, key, name, kind);
        field.place = Place::Totals;
        field.v2 = Show::OnRequest;
        field
    }

    /// A total of the organization that the record belongs to.
    pub const fn related(number: u16, key: &'static str, name: &'static str, column: &'static str) -> Self {
        let mut field = Field::total(number, key, name, Kind::Count);
        field.place = Place::Related;
        field.column = column;
        field.sort_v1 = false;
        field
    }

    /// A field that has no column of its own but shows another one in its own way.
    pub const fn computed(number: u16, key: &'static str, name: &'static str, kind: Kind, column: &'static str) -> Self {
        let mut field = Field::new(number, key, name, kind);
        field.place = Place::Computed;
        field.column = column;
        field.sort_v1 = false;
        field
    }

    /// A field that is there for clients that look for it, and always empty.
    pub const fn empty(number: u16, key: &'static str, name: &'static str, kind: Kind) -> Self {
        let mut field = Field::computed(number, key, name, kind, key);
        field.place = Place::Nowhere;
        field.v1 = Show::Never;
        field.unlisted()
    }

    /// Another key in v1.
    pub const fn v1_key(mut self, key: &'static str) -> Self {
        self.v1_key = key;
        self
    }

    /// The type that the field lists report, where it is not that of the kind.
    pub const fn reports(mut self, field_type: &'static str) -> Self {
        self.field_type = field_type;
        self
    }

    /// Both versions take it on create and on update, and changes are logged.
    pub const fn writable(mut self) -> Self {
        self.write_v1 = Write::Always;
        self.write_v2 = Write::Always;
        self.logged = true;
        self
    }

    /// Both versions take it on create only.
    pub const fn on_create(mut self) -> Self {
        self.write_v1 = Write::OnCreate;
        self.write_v2 = Write::OnCreate;
        self
    }

    pub const fn write_v1(mut self, write: Write) -> Self {
        self.write_v1 = write;
        self
    }

    pub const fn write_v2(mut self, write: Write) -> Self {
        self.write_v2 = write;
        self
    }

    /// A create must give it, and it is never null.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self.not_null = true;
        self
    }

    pub const fn not_null(mut self) -> Self {
        self.not_null = true;
        self
    }

    pub const fn searchable(mut self) -> Self {
        self.searchable = true;
        self
    }

    pub const fn logged(mut self) -> Self {
        self.logged = true;
        self
    }

    pub const fn sort_v2(mut self) -> Self {
        self.sort_v2 = true;
        self
    }

    /// v1 does not sort by it.
    pub const fn unsorted(mut self) -> Self {
        self.sort_v1 = false;
        self
    }

    pub const fn show_v1(mut self, show: Show) -> Self {
        self.v1 = show;
        self
    }

    pub const fn show_v2(mut self, show: Show) -> Self {
        self.v2 = show;
        self
    }

    /// Neither version shows it and no field list names it.
    pub const fn hidden(mut self) -> Self {
        self.v1 = Show::Never;
        self.v2 = Show::Never;
        self.unlisted()
    }

    pub const fn unlisted(mut self) -> Self {
        self.listed_v1 = false;
        self.listed_v2 = false;
        self
    }

    pub const fn listed(mut self, v1: bool, v2: bool) -> Self {
        self.listed_v1 = v1;
        self.listed_v2 = v2;
        self
    }
}

const fn default_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Int | Kind::Percent | Kind::Count => "int",
        Kind::Money => "monetary",
        Kind::Bool | Kind::Switch => "boolean",
        Kind::Text(max) if max > 255 => "text",
        Kind::Text(_) | Kind::Currency => "varchar",
        Kind::Choice(_) | Kind::Choosable | Kind::Category => "enum",
        Kind::Time | Kind::Moment | Kind::Date | Kind::LocalDate => "date",
        Kind::SmartBcc => "varchar",
        Kind::User => "user",
        Kind::Person => "people",
        Kind::Organization => "org",
        Kind::Deal => "deal",
        Kind::Lead => "lead",
        Kind::Picture => "picture",
        Kind::Product => "product",
        Kind::Activity => "activity",
        Kind::Project => "project",
        Kind::Task => "int",
        Kind::Stage => "stage",
        Kind::Pipeline => "pipeline",
        Kind::Board => "projects_board",
        Kind::Phase => "projects_phase",
        Kind::Template => "int",
        Kind::List(of) => default_type(*of),
        Kind::Visibility => "visible_to",
        Kind::Labels => "set",
        Kind::Contacts => "phone",
        Kind::Address => "address",
        Kind::Custom | Kind::Json | Kind::Prices => "json",
    }
}

/// A typed handle of one field of one entity: its place in a [`crate::Record`].
#[derive(Debug)]
pub struct Col<T> {
    pub index: usize,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Col<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Col<T> {}

/// Finds the handle of a field at compile time; a name that the entity lacks stops the build.
#[allow(clippy::panic, reason = "only at compile time")]
pub const fn col<T>(entity: &Entity, key: &str) -> Col<T> {
    let mut index = 0;
    while index < entity.fields.len() {
        if same(entity.fields[index].key.as_bytes(), key.as_bytes()) {
            return Col { index, kind: PhantomData };
        }
        index += 1;
    }
    panic!("the entity has no such field")
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}
