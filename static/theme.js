/* sources c927e5b7b78c5dbcdd0a4adf697989091f03edefbde849740bc734641c02a281 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
