//! The elements of CliXml, and what is gathered of one while it is open.

use std::sync::Arc;

use crate::evidence::export::value::Value;

/// What an element of CliXml is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Document,
    Object,
    TypeNames,
    TypeName,
    TypeNamesReference,
    ObjectText,
    /// `Props` and `MS`: properties of the object and those added to it.
    Properties,
    List,
    Dictionary,
    DictionaryEntry,
    Reference,
    Null,
    Text,
    Bool,
    Number,
    Bytes,
    /// A SecureString, which is never read.
    Secret,
}

impl Role {
    /// The role of an element by its name (MS-PSRP, section 2.2.5).
    pub(super) fn of(element: &str) -> Option<Self> {
        Some(match element {
            "Objs" => Self::Document,
            "Obj" => Self::Object,
            "TN" => Self::TypeNames,
            "T" => Self::TypeName,
            "TNRef" => Self::TypeNamesReference,
            "ToString" => Self::ObjectText,
            "Props" | "MS" => Self::Properties,
            "LST" | "IE" | "QUE" | "STK" => Self::List,
            "DCT" => Self::Dictionary,
            "En" => Self::DictionaryEntry,
            "Ref" => Self::Reference,
            "Nil" => Self::Null,
            "B" => Self::Bool,
            "By" | "SB" | "U16" | "I16" | "U32" | "I32" | "U64" | "I64" | "Sg" | "Db" | "D" => {
                Self::Number
            }
            "BA" => Self::Bytes,
            "SS" => Self::Secret,
            "S" | "C" | "DT" | "TS" | "G" | "URI" | "Version" | "XD" | "SBK" | "PR" => Self::Text,
            _ => return None,
        })
    }

    pub(super) fn holds_text(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Bool
                | Self::Number
                | Self::Bytes
                | Self::TypeName
                | Self::ObjectText
        )
    }
}

/// An open element.
pub(super) struct Frame {
    pub(super) role: Role,
    pub(super) offset: usize,
    pub(super) name: Option<Arc<str>>,
    pub(super) id: Option<String>,
    pub(super) text: String,
    pub(super) object_text: Option<Arc<str>>,
    pub(super) type_names: Vec<Arc<str>>,
    pub(super) type_name_list: Arc<[Arc<str>]>,
    pub(super) properties: Vec<(Arc<str>, Value)>,
    /// Elements of a list; of an object, the plain value that it wraps.
    pub(super) values: Vec<Value>,
    /// The list that an object holds.
    pub(super) elements: Option<Arc<[Value]>>,
    /// Levels of objects below.
    pub(super) height: usize,
}

impl Frame {
    pub(super) fn new(role: Role, offset: usize) -> Self {
        Self {
            role,
            offset,
            name: None,
            id: None,
            text: String::new(),
            object_text: None,
            type_names: Vec::new(),
            type_name_list: Arc::default(),
            properties: Vec::new(),
            values: Vec::new(),
            elements: None,
            height: 0,
        }
    }

    pub(super) fn add(&mut self, name: Option<Arc<str>>, value: Value) {
        match (self.role, name) {
            (Role::List, _) | (Role::Object, None) => self.values.push(value),
            (_, name) => self.properties.push((name.unwrap_or_default(), value)),
        }
    }
}
