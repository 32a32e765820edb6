/* sources 1faf23903f12d90ee56f2c9e25470863ed19fdd0d2007ac9ecb848d964d5f50f */
(()=>{try{let e=localStorage.getItem("parley:theme");e&&(document.documentElement.dataset.theme=e)}catch{}})();
